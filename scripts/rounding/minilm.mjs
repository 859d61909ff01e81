// The minilm bases with their peel, merged in every way, on texts of this repository: how near the embeddings stay to
// those of the attached peel.
import { readFile } from "node:fs/promises";
import { Tokenizer } from "@huggingface/tokenizers";
import * as ort from "onnxruntime-node";
import { folderSource } from "../../packages/format/dist/node/index.js";
import { openPeel } from "../../packages/runtime/dist/index.js";
import { openBase } from "../../packages/runtime/dist/node/index.js";
import { unsafeUnverifiedPeel } from "../../packages/signer/dist/verify/index.js";
import { embed } from "../minilm/embed.mjs";
import { withMoments } from "../minilm/moments.mjs";
import { cosine, dot } from "../minilm/recall.mjs";
import { sentences } from "./texts.mjs";

const ROOT = new URL("../../bases/minilm/", import.meta.url);
const PEEL = new URL("peels/python-search", ROOT).pathname;
/** Names and sentences that are compared; other sentences make the moments. */
const NAMES = 300;
const QUERIES = 100;
const CALIBRATION = 200;
const NEAREST = 10;
const WAYS = [
  ["nearest", { strategy: "merge", rounding: "nearest" }],
  ["dither", { strategy: "merge", rounding: "dither" }],
  ["calibrated", { strategy: "merge", rounding: "calibrated" }],
  ["calibrated, moments", { strategy: "merge", rounding: "calibrated" }],
];

/** {rows, momentBytes, modelBytes} by scheme: rows are {way, totals, gain, error, cosine, same}. */
export async function minilm(scheme) {
  const tokenizer = new Tokenizer(
    JSON.parse(await readFile(new URL(`${scheme}/tokenizer.json`, ROOT), "utf8")),
    {},
  );
  const ids = (text) => tokenizer.encode(text).ids.slice(0, 128);
  const all = await sentences();
  const asked = all.filter((_, i) => i % 2 === 0).slice(0, QUERIES);
  const others = all.filter((_, i) => i % 2 === 1).slice(0, CALIBRATION);
  const named = JSON.parse(await readFile(new URL("example/names.json", ROOT), "utf8"));
  const step = Math.floor(named.length / NAMES);
  const names = named.filter((_, i) => i % step === 0).slice(0, NAMES);
  const folder = new URL(`${scheme}/`, ROOT);
  const moments = await withMoments(folder, others.map(ids));
  const plain = await openBase(folder.pathname, { ort });
  const calibrated = await moments.open();
  const run = async (base, options) => {
    const peel = await openPeel(await unsafeUnverifiedPeel(folderSource(PEEL)), base);
    const { plan } = await base.setPeels([{ peel, weight: 1 }], { ...options, releaseIdle: true });
    return { plan, vectors: await embed(base, ort, [...names, ...asked].map(ids)) };
  };
  try {
    const { vectors: wanted } = await run(plain, { strategy: "attach" });
    const rows = [];
    for (const [way, options] of WAYS) {
      const { plan, vectors } = await run(way.endsWith("moments") ? calibrated : plain, options);
      const { totals, gain, error } = plan;
      rows.push({ way, totals, gain, error, cosine: cosine(vectors, wanted), same: same(vectors, wanted) });
    }
    return {
      rows,
      momentBytes: moments.bytes.length,
      queries: asked.length,
      names: names.length,
      calibration: others.length,
    };
  } finally {
    await plain.dispose();
    await calibrated.dispose();
  }
}

/** Share of the NEAREST names of each sentence that are so in both. */
function same(a, b) {
  const [own, other] = [a, b].map((vectors) =>
    vectors.slice(NAMES).map((query) => {
      const scores = vectors.slice(0, NAMES).map((name, i) => [dot(query, name), i]);
      return new Set(
        scores
          .sort(([x], [y]) => y - x)
          .slice(0, NEAREST)
          .map(([, i]) => i),
      );
    }),
  );
  const shared = own.map((set, i) => [...set].filter((name) => other[i].has(name)).length / NEAREST);
  return shared.reduce((sum, share) => sum + share, 0) / shared.length;
}
