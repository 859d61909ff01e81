import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as ort from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PlanOptions } from "../plan/types.js";
import { vectorPeel } from "../testing/peels.js";
import { openBase } from "./open-folder.js";
import { openModels } from "./open-models.js";
import { writeMerged } from "./write-merged.js";

const VECTORS = new URL("../../../conformance/vectors/", import.meta.url);

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "banana-merged-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const folderOf = (form: string) => fileURLToPath(new URL(form, VECTORS));

/** Merges the peels a and b into a base of the vectors. */
async function merge(form: string, options: PlanOptions, out: string) {
  const folder = folderOf(form);
  const models = await openModels(folder);
  const uses = [
    { peel: await vectorPeel("a", models), weight: 0.7 },
    { peel: await vectorPeel("b", models), weight: -0.5 },
  ];
  const merged = await models.merge(uses, options);
  const written = await writeMerged({ base: folder, card: models.card, uses, merged, out: join(root, out) });
  return { folder, uses, merged, written };
}

/** Largest difference, relative to the largest value. */
function furthest(a: ort.Tensor["data"], b: ort.Tensor["data"]): number {
  const [own, other] = [a, b].map((data) => Array.from(data as Float32Array, Number));
  const largest = Math.max(...other!.map(Math.abs));
  return Math.max(...own!.map((value, i) => Math.abs(value - other![i]!))) / largest;
}

const CASES: [form: string, options: PlanOptions][] = [
  ["merge/channel-int8", { strategy: "merge" }],
  ["merge/int32-data", { strategy: "merge", rounding: "dither" }],
  ["forms/nbits4", { strategy: "merge" }],
  ["forms/nbits4", { strategy: "promote" }],
  ["forms/blocked-int4", { strategy: "promote" }],
  ["forms/float16", { strategy: "merge" }],
  ["forms/dynamic-int8", { strategy: "merge", rounding: "dither" }],
  ["forms/fused-dynamic", {}],
  ["forms/nbits4", { strategy: "attach" }],
  ["forms/nbits4", { perTarget: { "layers.0.up": "attach", "layers.1.down": "promote" } }],
  ["forms/dynamic-int8", { strategy: "merge", perTarget: { "layers.0.up": "attach" } }],
  ["forms/float16", { perTarget: { "layers.1.down": "attach" } }],
  ["merge/channel-int8", { strategy: "attach" }],
];

describe.each(CASES)("%s with %j", (form, options) => {
  it("is a model that plain onnxruntime loads, with the outputs of the runtime's own merge", async () => {
    const out = `${form.replace("/", "-")}-${JSON.stringify(options).replace(/\W+/g, "-")}`;
    const { folder, uses, written, merged } = await merge(form, options, out);
    const base = await openBase(folder, { ort });
    const again = await Promise.all(
      ["a", "b"].map(async (name, i) => ({ peel: await vectorPeel(name, base), weight: uses[i]!.weight })),
    );
    await base.setPeels(again, options);
    const session = await ort.InferenceSession.create(written.models.main!);
    const half = session.inputMetadata[0] as { type: string };
    const data = Array.from({ length: 96 }, (_, i) => Math.sin(i));
    const type = half.type === "float16" ? "float16" : "float32";
    const x = new ort.Tensor(
      type,
      type === "float16" ? Uint16Array.from(data, () => 0x3800) : Float32Array.from(data),
      [1, 4, 24],
    );
    const [plain, ours] = [await session.run({ x }), await base.run("main", { x })];
    // The same inputs as the base: branches have become initializers.
    expect(session.inputNames).toEqual(["x"]);
    // A session that attaches leaves out a fusion, and the runtime puts a branch of rank 0 beside every target.
    const near = merged.plan.totals.attached > 0;
    for (const name of session.outputNames)
      if (near) expect(furthest(plain[name]!.data, ours[name]!.data)).toBeLessThan(1e-5);
      else expect(plain[name]!.data).toEqual(ours[name]!.data);
    await session.release();
    await base.dispose();

    // And it is a base: its card tells the truth of its files and targets.
    const own = await openBase(written.folder, { ort });
    expect(own.digest).not.toBe(base.digest);
    expect(own.card.description).toContain("Merged with @test/a 1.0.0 at weight 0.7, @test/b");
    const { promoted, attached } = merged.plan.totals;
    expect(own.card.targets).toHaveLength(2 - promoted - attached);
    expect((await own.run("main", { x }))[session.outputNames[0]!]!.data).toEqual(
      plain[session.outputNames[0]!]!.data,
    );
    await own.dispose();
  });
});

describe("what can't be written", () => {
  const models = () => openModels(folderOf("forms/nbits4"));

  it("never writes into a folder that is there, and leaves nothing half-done", async () => {
    await mkdir(join(root, "there"));
    await expect(merge("forms/nbits4", { strategy: "merge" }, "there")).rejects.toMatchObject({
      code: "FOLDER_EXISTS",
    });
    await writeFile(join(root, "file"), "");
    await expect(merge("forms/nbits4", { strategy: "merge" }, "file/out")).rejects.toMatchObject({
      code: "TARGET_READ_ONLY",
    });
    expect((await readdir(root)).filter((name) => name.includes("partial"))).toEqual([]);
    expect(await readFile(join(root, "file"), "utf8")).toBe("");
  });

  it("stops when told to", async () => {
    await expect(openModels(folderOf("forms/nbits4"), { signal: AbortSignal.abort() })).rejects.toThrow(
      "abort",
    );
    const opened = await models();
    const use = { peel: await vectorPeel("a", opened), weight: 1 };
    await expect(opened.plan([use], { strategy: "merge", signal: AbortSignal.abort() })).rejects.toThrow(
      "abort",
    );
  });
});
