/** Merge throughput: the kernel alone and the whole fold from file to file, beside memcpy and beside PEFT's merge. */
import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { planeOf } from "../../packages/onnx/dist/index.js";
import { foldTask } from "../../packages/runtime/dist/merge/task.js";
import { allRows } from "../../packages/runtime/dist/merge/works.js";
import { nodePool } from "../../packages/runtime/dist/node/node-engine.js";
import { row } from "../lib/row.mjs";
import { medians } from "../lib/time.mjs";

const SIZE = 4096;
/** Layers of SIZE x SIZE that are merged in one go. */
const LAYERS = 4;
const THREADS = 2;
/** PEFT 0.21.2's merge_adapter on float32, Gparam/s on two cores, where Python can't be asked (docs/guides/benchmarks.md). */
const RECORDED = { 8: 0.27, 16: 0.15, 64: 0.13 };

/** Deterministic numbers in [-1, 1). */
function noise(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  };
}

const FORMS = {
  int8: {
    form: "qdq",
    bits: 8,
    signed: true,
    min: -127,
    max: 127,
    layout: "kn",
    granularity: "channel",
    axis: 1,
  },
  int4: {
    form: "matmulnbits",
    bits: 4,
    signed: false,
    min: 0,
    max: 15,
    layout: "nk",
    granularity: "block",
    axis: 1,
    blockSize: 32,
  },
};

function planeFor(spec, random) {
  const count = spec.granularity === "block" ? (SIZE * SIZE) / spec.blockSize : SIZE;
  const scales = Float32Array.from({ length: count }, () => 0.002 * (1.5 + random() / 2));
  const bytes = new Uint8Array(scales.buffer);
  return planeOf({ ...spec, k: SIZE, n: SIZE }, { bytes, dataType: 1 }, "bench");
}

/** An update of 3% of the weights: they are some 40 steps of int8 large, 3 of int4. */
function partsFor(rank, bits, random) {
  const size = (0.002 * 1.5 * 0.03 * (bits === 8 ? 40 : 3)) / Math.sqrt(rank);
  const a = Float32Array.from({ length: rank * SIZE }, () => random() * 1.7);
  const b = Float32Array.from({ length: rank * SIZE }, () => random() * 1.7 * size);
  return [{ factor: 1, lowRank: { path: "bench", rank, k: SIZE, n: SIZE, a, b } }];
}

function peftRate(rank) {
  const { BANANA_PYTHON: python } = process.env;
  if (python === undefined) return undefined;
  const script = new URL("../lib/peft_merge.py", import.meta.url).pathname;
  const { status, stdout } = spawnSync(
    python,
    [script, String(SIZE), String(LAYERS), String(rank), String(THREADS)],
    {
      encoding: "utf8",
    },
  );
  return status === 0 ? Number(stdout.trim()) : undefined;
}

export default async function run() {
  const folder = await mkdtemp(join(tmpdir(), "banana-merge-bench-"));
  const engine = nodePool({ threads: THREADS });
  const rows = [];
  try {
    const random = noise(7);
    for (const [name, spec] of Object.entries(FORMS)) {
      const bytes = (SIZE * SIZE * spec.bits) / 8;
      const from = join(folder, `${name}.bin`);
      const to = join(folder, `${name}.out`);
      const content = new Uint8Array(LAYERS * bytes);
      for (let i = 0; i < content.length; i++) content[i] = Math.floor((random() + random() + random()) * 42);
      await writeFile(from, content);
      await writeFile(to, content);
      const plane = planeFor(spec, random);
      const copy = new Uint8Array(content.length);
      const merge = (task) =>
        Promise.all(
          Array.from({ length: LAYERS }, (_, layer) => {
            const part = (path) => ({ path, offset: layer * bytes });
            const works = allRows(plane).map((piece) => ({
              ...piece,
              input: part(from),
              output: part(to),
              measure: false,
            }));
            return engine.fold(task, works);
          }),
        );
      for (const rank of [8, 16, 64]) {
        const parts = partsFor(rank, spec.bits, random);
        const nearest = foldTask(plane, parts, undefined);
        const dithered = foldTask(plane, parts, { low: 1, high: 2 });
        const times = await medians(
          { nearest: () => merge(nearest), dither: () => merge(dithered), memcpy: () => copy.set(content) },
          { rounds: 7, warmup: 2 },
        );
        const rate = (milliseconds) => (LAYERS * SIZE * SIZE) / milliseconds / 1e6;
        const main = name === "int8" && rank === 16;
        rows.push(
          row({
            name: `merge ${name}, rank ${rank}, two threads, file to file`,
            ours: rate(times.nearest),
            beside: rate(times.memcpy),
            besideName: "memcpy of the same weights, one thread",
            ...(main && { goal: ">= 2 Gparam/s", met: (_, ours) => ours >= 2 }),
            unit: "Gparam/s",
            note: `by dither ${rate(times.dither).toFixed(2)} Gparam/s`,
          }),
        );
        if (name !== "int8") continue;
        const peft = peftRate(rank);
        rows.push(
          row({
            name: `merge int8, rank ${rank}, beside PEFT`,
            ours: rate(times.nearest),
            beside: peft ?? RECORDED[rank],
            besideName: `PEFT merge_adapter, float32${peft === undefined ? ", recorded earlier on two cores" : ""}`,
            goal: ">= 10x",
            met: (ratio) => ratio >= 10,
            unit: "Gparam/s",
          }),
        );
      }
    }
  } finally {
    engine.release();
    await rm(folder, { recursive: true, force: true });
  }
  return rows;
}
