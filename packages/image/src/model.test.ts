import { Tensor } from "onnxruntime-common";
import { expect, test } from "vitest";
import { type GenerateOptions, openImage } from "./model.js";
import { normalNoise } from "./noise/normal.js";
import { fakeBase, fakeCard, fakePeel, TAGS } from "./testing/fake-base.js";

const open = async () => {
  const base = fakeBase();
  return { base, model: await openImage(base) };
};
const generate = async (options: Partial<GenerateOptions> = {}) =>
  (await open()).model.generate({ prompt: "", ...options });

test("tells what the base can", async () => {
  const { model } = await open();
  expect({ size: model.size, tags: model.tags, steps: model.steps }).toEqual({
    size: 8,
    tags: TAGS,
    steps: [1, 2, 4],
  });
});

test("feeds every step what the card says", async () => {
  const { base, model } = await open();
  await model.generate({ prompt: "smile", seed: 5, steps: 2, guidance: 3 });
  const context = [2, 0, 0.5, 0.25, 0.5, 0.25];
  // (1 * (2 + 0) + 2 * 0.75 + 3 * 0.75) and time 1, guidance 3 / 4
  const shift = 5.75 + 1 + 0.75;
  const first = normalNoise(5, 0, 4);
  const fresh = normalNoise(5, 1, 4);
  const second = first.map((value, i) => 0.5 * Math.fround(value / 2 + shift) + 0.5 * fresh[i]!);
  expect(base.fed).toEqual([
    { latent: [...first], time: 1, guidance: 3, context },
    { latent: [...second], time: 0.5, guidance: 3, context },
  ]);
});

test("draws the decoder's planes of the last x0", async () => {
  const { base, model } = await open();
  base.graphs.backbone = () => ({ x0: new Tensor("float32", Float32Array.of(-8, 0, 4, 8), [1, 2, 2]) });
  const { pixels, width, height } = await model.generate({ prompt: "", steps: 1 });
  expect([width, height, pixels.length]).toEqual([8, 8, 256]);
  expect([...pixels.subarray(0, 8)]).toEqual([0, 128, 191, 255, 128, 191, 255, 255]);
});

test("the same seed and prompt give the same bytes, another seed, prompt or guidance others", async () => {
  const first = (await generate({ seed: 1 })).pixels;
  expect((await generate({ seed: 1 })).pixels).toEqual(first);
  expect((await generate({ seed: 2 })).pixels).not.toEqual(first);
  expect((await generate({ seed: 1, guidance: 1 })).pixels).not.toEqual(first);
  expect((await generate({ seed: 1, prompt: "smile" })).pixels).not.toEqual(first);
});

test("a trigger word draws with its peel; off or taken off, the picture is the base's", async () => {
  const { base, model } = await open();
  const asked = { prompt: "brain-scan, smile", seed: 3 };
  const before = await model.generate(asked);
  const peel = fakePeel("brain-scan", [[-1, -1]]);
  base.use([{ peel, weight: 1 }]);
  const on = await model.generate(asked);
  expect(on.tags).toEqual(["brain-scan", "smile"]);
  expect(on.warnings).toEqual([]);
  expect(on.pixels).not.toEqual(before.pixels);
  base.use([{ peel, weight: 0 }]);
  const off = await model.generate(asked);
  expect(off.pixels).toEqual(before.pixels);
  expect(off.warnings.map(({ code }) => code)).toEqual(["TRIGGER_OFF"]);
  base.use([]);
  expect((await model.generate(asked)).pixels).toEqual(before.pixels);
});

test("tells of each step, of warnings and of the time", async () => {
  const base = fakeBase();
  let time = 100;
  const model = await openImage(base, { now: () => (time += 50) });
  const steps: string[] = [];
  const { ms, warnings, tags } = await model.generate({
    prompt: "smlie, red hair",
    steps: 4,
    onStep: (step, of) => steps.push(`${step}/${of}`),
  });
  expect(steps).toEqual(["1/4", "2/4", "3/4", "4/4"]);
  expect(warnings).toMatchObject([{ tag: "smlie", nearest: "smile" }]);
  expect(tags).toEqual(["red-hair"]);
  expect(ms).toBe(50);
});

test("an abort in the middle stops before the next step", async () => {
  const { base, model } = await open();
  const controller = new AbortController();
  const steps: number[] = [];
  const drawing = model.generate({
    prompt: "",
    steps: 4,
    signal: controller.signal,
    onStep(step) {
      steps.push(step);
      if (step === 2) controller.abort(new Error("the person left"));
    },
  });
  await expect(drawing).rejects.toMatchObject({ code: "CANCELLED", cause: new Error("the person left") });
  expect(steps).toEqual([1, 2]);
  expect(base.fed).toHaveLength(2);
});

test("a signal that is aborted already runs nothing", async () => {
  const { base, model } = await open();
  await expect(model.generate({ prompt: "", signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: "CANCELLED",
  });
  expect(base.fed).toEqual([]);
});

test("an abort while decoding gives no picture", async () => {
  const { base, model } = await open();
  const controller = new AbortController();
  const decode = base.graphs.decoder!;
  base.graphs.decoder = (feeds) => {
    controller.abort();
    return decode(feeds);
  };
  await expect(model.generate({ prompt: "", signal: controller.signal })).rejects.toMatchObject({
    code: "CANCELLED",
  });
});

test("peels changed under a picture end it: half of each would be no picture of either", async () => {
  const { base, model } = await open();
  const drawing = model.generate({ prompt: "", steps: 4, onStep: (step) => step === 2 && base.use([]) });
  await expect(drawing).rejects.toMatchObject({
    code: "CANCELLED",
    message: expect.stringContaining("other peels"),
  });
});

test("wrong input is refused before anything runs", async () => {
  const { base, model } = await open();
  await expect(model.generate({ prompt: TAGS.join() })).rejects.toMatchObject({ code: "PROMPT_INVALID" });
  await expect(model.generate({ prompt: "", seed: -1 })).rejects.toMatchObject({ code: "INPUT_INVALID" });
  expect(base.fed).toEqual([]);
});

test.each([
  ["two outputs", { x0: [1, 2, 2], other: [1, 2, 2] }],
  ["no output", {}],
  ["another shape", { x0: [1, 4, 1] }],
])("refuses a backbone with %s", async (_, outputs) => {
  const { base, model } = await open();
  base.graphs.backbone = () =>
    Object.fromEntries(
      Object.entries(outputs).map(([name, dims]) => [name, new Tensor("float32", new Float32Array(4), dims)]),
    );
  await expect(model.generate({ prompt: "" })).rejects.toMatchObject({
    code: "BASE_INVALID",
    where: "graph backbone",
  });
});

test("refuses a picture that is not finite", async () => {
  const { base, model } = await open();
  base.graphs.backbone = () => ({
    x0: new Tensor("float32", new Float32Array(4).fill(Number.NaN), [1, 2, 2]),
  });
  await expect(model.generate({ prompt: "" })).rejects.toMatchObject({ code: "RUN_FAILED" });
});

test("what the base throws comes through", async () => {
  const { base, model } = await open();
  base.graphs.decoder = () => {
    throw new Error("out of memory");
  };
  await expect(model.generate({ prompt: "" })).rejects.toThrow("out of memory");
});

test("refuses a base that doesn't draw", async () => {
  const { image: _, ...card } = fakeCard();
  await expect(openImage(fakeBase(card))).rejects.toMatchObject({
    code: "BASE_INVALID",
    where: "base.json:/image",
  });
});

test("takes another sampler by kind, and refuses a kind that nobody has", async () => {
  const card = fakeCard();
  const base = fakeBase({
    ...card,
    image: { ...card.image!, sampler: { ...card.image!.sampler, kind: "still" as never } },
  });
  await expect(openImage(base)).rejects.toMatchObject({
    code: "BASE_INVALID",
    message: "expected a sampler of kind consistency, found still",
  });
  const still = { kind: "still", sample: async () => Float32Array.of(8, 8, 8, 8) };
  const model = await openImage(base, { samplers: [still] });
  const { pixels } = await model.generate({ prompt: "" });
  expect(new Set(pixels)).toEqual(new Set([255]));
});
