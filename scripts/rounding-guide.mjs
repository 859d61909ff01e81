/**
 * Writes docs/guides/rounding.md: what each way to merge keeps of an update, measured by the built packages.
 *
 *   npm run build && node scripts/rounding-guide.mjs [PART ...]
 *
 * PART is layer, nano, minilm-int8 or minilm-int4: measures these anew and keeps the others; without one, all. Several
 * minutes. page measures nothing and writes the page. The figures of the layer are the same everywhere; the others depend on onnxruntime.
 */
import { readFile, writeFile } from "node:fs/promises";
import { randomLayer } from "./rounding/layer.mjs";
import { minilm } from "./rounding/minilm.mjs";
import { page } from "./rounding/page.mjs";
import { pictures } from "./rounding/pictures.mjs";

const RESULTS = new URL("rounding/results.json", import.meta.url);
const PARTS = {
  page: undefined,
  layer: () => randomLayer([0.003, 0.01, 0.03, 0.1]),
  nano: () => pictures([1, 0.5, 0.2, 0.1]),
  "minilm-int8": () => minilm("int8"),
  "minilm-int4": () => minilm("int4"),
};

const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !Object.hasOwn(PARTS, name));
if (unknown !== undefined) throw new Error(`expected ${Object.keys(PARTS).join(", ")}, found ${unknown}`);
for (const name of wanted.length > 0 ? wanted : Object.keys(PARTS)) {
  const part = await PARTS[name]?.();
  if (part === undefined) continue;
  // Read again: another process may have measured another part meanwhile.
  const results = JSON.parse(await readFile(RESULTS, "utf8").catch(() => "{}"));
  await writeFile(RESULTS, `${JSON.stringify({ ...results, [name]: part }, null, 2)}\n`);
}
const evaluation = new URL("../bases/minilm/evaluation/results.json", import.meta.url);
const text = page(
  JSON.parse(await readFile(RESULTS, "utf8")),
  JSON.parse(await readFile(evaluation, "utf8")),
);
await writeFile(new URL("../docs/guides/rounding.md", import.meta.url), text);
