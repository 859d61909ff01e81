/**
 * Measures bases/minilm with its peel by our runtime, beside PyTorch and PEFT, and writes bases/minilm/evaluation.
 *
 *   node scripts/minilm/evaluate.mjs WORK [ROW]
 *
 * ROW, as in "int4 auto", measures that row alone anew and keeps the others.
 * WORK/evaluation is what `python -m minilm reference` (training/) left: token ids and PyTorch's embeddings.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { folderSource } from "@banana-peel/format/node";
import { openPeel } from "@banana-peel/runtime";
import { openBase } from "@banana-peel/runtime/node";
import { unsafeUnverifiedPeel } from "@banana-peel/signer/verify";
import * as ort from "onnxruntime-node";
import { embed } from "./embed.mjs";
import { withMoments } from "./moments.mjs";
import { page } from "./page.mjs";
import { cosine, recall } from "./recall.mjs";

const WIDTH = 384;
const CALIBRATED = { strategy: "merge", rounding: "calibrated" };
/** On the base with moments of texts that the peel was trained on, four directions of each input. */
const MOMENTS = "merge, calibrated, moments of rank 4";
/** What is compared: a label and the options of setPeels; without options, the base alone. */
const VARIANTS = [
  ["base", undefined],
  ["attach", { strategy: "attach" }],
  ["merge, nearest", { strategy: "merge", rounding: "nearest" }],
  ["merge, dither", { strategy: "merge", rounding: "dither" }],
  ["merge, calibrated", CALIBRATED],
  [MOMENTS, CALIBRATED],
  ["promote", { strategy: "promote" }],
  ["auto", { strategy: "auto" }],
];

const root = new URL("../../bases/minilm/", import.meta.url).pathname;
const [work, only] = process.argv.slice(2);
if (work === undefined) throw new Error("expected the working folder of training/minilm as the argument");
const read = (name) => readFile(join(work, "evaluation", name));
const { nameIds, queryIds, right, calibration } = JSON.parse(await read("texts.json"));
const reference = JSON.parse(await read("reference.json"));

/** Vectors of 384 that Python wrote one after another. */
async function vectors(name) {
  const bytes = await read(name);
  const all = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  return Array.from({ length: all.length / WIDTH }, (_, i) => all.subarray(i * WIDTH, (i + 1) * WIDTH));
}
const peft = [...(await vectors("peft-names.f32")), ...(await vectors("peft-queries.f32"))];
const plain = [...(await vectors("base-names.f32")), ...(await vectors("base-queries.f32"))];

const out = join(root, "evaluation");
const before = only === undefined ? [] : JSON.parse(await readFile(join(out, "results.json"), "utf8")).rows;
let rows = [
  { base: "float", variant: "base (PyTorch)", ...reference.base, cosine: cosine(plain, peft) },
  { base: "float", variant: "adapted (PEFT)", ...reference.peft, cosine: 1 },
];
for (const scheme of ["int8", "int4"]) {
  for (const [variant, options] of VARIANTS) {
    if (only !== undefined && only !== `${scheme} ${variant}`) continue;
    const folder = join(root, scheme);
    const base =
      variant === MOMENTS
        ? await (await withMoments(pathToFileURL(`${folder}/`), calibration)).open()
        : await openBase(folder, { ort });
    const source = await unsafeUnverifiedPeel(folderSource(join(root, "peels/python-search")));
    const peel = await openPeel(source, base);
    let report;
    try {
      report = await base.setPeels(options === undefined ? [] : [{ peel, weight: 1 }], options ?? {});
    } catch (error) {
      if (error.code !== "STRATEGY_UNAVAILABLE") throw error;
      process.stderr.write(`${scheme} ${variant}: ${error.message}\n`);
      await base.dispose();
      continue;
    }
    const names = await embed(base, ort, nameIds);
    const queries = await embed(base, ort, queryIds);
    const { gain, error, totals } = report.plan;
    const own = options === undefined ? {} : { gain: gain.min, error: error.max, totals };
    const row = { base: scheme, variant, ...recall(queries, names, right), ...own };
    rows.push({ ...row, cosine: cosine([...names, ...queries], peft) });
    process.stderr.write(`${JSON.stringify(rows.at(-1))}\n`);
    await base.dispose();
  }
}
if (only !== undefined) rows = inOrder([...rows, ...before]);
await mkdir(out, { recursive: true });
const results = { names: nameIds.length, queries: queryIds.length, rows };
await writeFile(join(out, "results.json"), `${JSON.stringify(results, null, 2)}\n`);
await writeFile(join(out, "README.md"), page(results));

/** One row of each, the first given, in the order of the page. */
function inOrder(all) {
  const places = [
    ...["float base (PyTorch)", "float adapted (PEFT)"],
    ...["int8", "int4"].flatMap((scheme) => VARIANTS.map(([variant]) => `${scheme} ${variant}`)),
  ];
  return places.flatMap((place) => all.find(({ base, variant }) => `${base} ${variant}` === place) ?? []);
}
