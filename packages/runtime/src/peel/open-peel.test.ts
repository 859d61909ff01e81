import { beforeAll, describe, expect, it } from "vitest";
import { openBase } from "../base/open-base.js";
import type { Base } from "../base/types.js";
import { FakeOrt } from "../testing/fake-ort.js";
import { testPeel, vectorTargets } from "../testing/peels.js";
import { memoryBase } from "../testing/vectors.js";
import { openPeel } from "./open-peel.js";

let base: Base;
beforeAll(async () => {
  base = await openBase({ ...memoryBase("channel-int8"), ort: new FakeOrt().ort });
});

const targets = vectorTargets("a");
const peel = (
  ...change: Parameters<typeof testPeel> extends [string, unknown, number, ...infer Rest] ? Rest : never
) => testPeel("a", targets, 4, ...change);
const pick = (range: string, digest?: string, family = "tiny") =>
  peel({ base: { family, range, ...(digest && { digest }) } });

describe("openPeel", () => {
  it("reads the adapter that fits", async () => {
    const loaded = await openPeel(await peel(), base);
    expect([...loaded.adapter.targets.keys()].sort()).toEqual(["layers.0.up", "layers.1.down"]);
    expect(loaded).toMatchObject({ base: base.digest, label: "a", signer: undefined });
    expect(Object.keys(loaded).sort()).toEqual([
      "adapter",
      "base",
      "digest",
      "entry",
      "label",
      "manifest",
      "signer",
    ]);
  });

  it("takes nothing that wasn't verified, however it looks", async () => {
    const real = await peel();
    for (const fake of [{ ...real }, Object.create(real), null, undefined, "peel", {}])
      await expect(openPeel(fake as never, base)).rejects.toMatchObject({ code: "PEEL_UNVERIFIED" });
  });

  it.each(["^1.0.0", ">=0.9 <2", "*", "1.0.0"])("fits the range %s", async (range) => {
    await expect(openPeel(await pick(range), base)).resolves.toBeDefined();
    await expect(openPeel(await pick(range, base.digest), base)).resolves.toBeDefined();
  });

  it.each<[string, string, string | undefined, string | undefined, RegExp]>([
    ["another family", "^1.0.0", undefined, "nano", /for tiny 1.0.0, found none: .* is for the family nano/],
    ["another version", "^2.0.0", undefined, undefined, /is for tiny \^2.0.0/],
    ["another digest", "^1.0.0", `sha256:${"0".repeat(64)}`, undefined, /is for the base sha256:0{64}/],
  ])("refuses a peel for %s", async (_, range, digest, family, message) => {
    const opening = openPeel(await pick(range, digest, family), base);
    await expect(opening).rejects.toMatchObject({ code: "BASE_INCOMPATIBLE" });
    await expect(opening).rejects.toThrow(message);
  });

  it("reads ranges with the defaults of node-semver: a pre-release only where the range names one", async () => {
    const preview = { digest: base.digest, card: { ...base.card, version: "1.1.0-rc.1" } };
    await expect(openPeel(await pick("^1.0.0"), preview)).rejects.toMatchObject({
      code: "BASE_INCOMPATIBLE",
    });
    await expect(openPeel(await pick("^1.1.0-rc.0"), preview)).resolves.toBeDefined();
  });

  it("names the target and both shapes when they don't fit", async () => {
    const wide = { "layers.0.up": { a: new Float32Array(4 * 25).fill(1), b: targets["layers.0.up"]!.b } };
    const sizes: Record<string, [number, number]> = { "layers.0.up": [25, 40] };
    await expect(openPeel(await testPeel("wide", wide, 4, {}, sizes), base)).rejects.toMatchObject({
      code: "SHAPE_MISMATCH",
      where: "layers.0.up",
      message:
        "expected lora_A [4,24] and lora_B [40,4] for layers.0.up, found lora_A [4,25] and lora_B [40,4]",
    });
  });

  it("names the nearest target of one that the base lacks", async () => {
    const other = { "layers.0.upp": targets["layers.0.up"]! };
    await expect(openPeel(await testPeel("other", other, 4), base)).rejects.toMatchObject({
      code: "TARGET_UNKNOWN",
      message: "expected only targets of the base, found layers.0.upp; the nearest is layers.0.up",
    });
  });

  it("refuses a peel that would change nothing", async () => {
    const zero = Object.fromEntries(
      Object.entries(targets).map(([path, { a, b }]) => [path, { a, b: new Float32Array(b.length) }]),
    );
    await expect(openPeel(await testPeel("zero", zero, 4), base)).rejects.toMatchObject({
      code: "PEEL_NO_EFFECT",
    });
    const { a, b } = targets["layers.0.up"]!;
    const apart = { a: a.map((v, i) => (i < 24 ? v : 0)), b: b.map((v, i) => (i % 4 === 0 ? 0 : v)) };
    await expect(openPeel(await testPeel("apart", { "layers.0.up": apart }, 4), base)).rejects.toMatchObject({
      code: "PEEL_NO_EFFECT",
    });
  });

  it("refuses a manifest that breaks the schema, though it was verified", async () => {
    await expect(openPeel(await peel({ rank: 0 }), base)).rejects.toMatchObject({ code: "SCHEMA_INVALID" });
    await expect(openPeel(await peel({ file: "none.safetensors" }), base)).rejects.toMatchObject({
      code: "FILE_MISSING",
    });
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    "refuses an adapter with %s in it, and says where",
    async (value) => {
      const { a, b } = targets["layers.0.up"]!;
      for (const [bad, where] of [
        [{ a: a.map((v, i) => (i === 5 ? value : v)), b }, /lora_A/],
        [{ a, b: b.map((v, i) => (i === 7 ? value : v)) }, /lora_B/],
      ] as const)
        await expect(openPeel(await testPeel("bad", { "layers.0.up": bad }, 4), base)).rejects.toMatchObject({
          code: "ADAPTER_INVALID",
          where: expect.stringMatching(where),
        });
    },
  );

  it("refuses tensors of rank 0", async () => {
    const none = { a: new Float32Array(0), b: new Float32Array(0) };
    await expect(
      openPeel(await testPeel("none", { "layers.0.up": none }, 0, { rank: 1, alpha: 1 }), base),
    ).rejects.toMatchObject({ code: expect.stringMatching(/ADAPTER_INVALID|SAFETENSORS_INVALID/) });
  });
});
