/**
 * Bases of 1.8 billion made-up weights, int8 and int4: loading, merging a peel of rank 16 over all targets, loading the
 * merged set again, attaching it first and merging behind that, swapping an attached one, and the peak of memory. Each step has a process of its own.
 * BENCH_LARGE_LAYERS makes smaller ones, to try it out.
 */
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { mkdtemp, rm, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LAYERS, writeLargeBase } from "../lib/large-base.mjs";
import { row } from "../lib/row.mjs";

const STEP = new URL("../lib/large-step.mjs", import.meta.url).pathname;
/** Free bytes that a base and its merged set need. */
const ROOM = 6e9;

export default async function run() {
  const { BENCH_LARGE_LAYERS: layers = LAYERS } = process.env;
  const { bavail, bsize } = await statfs(tmpdir());
  if (bavail * bsize < ROOM)
    throw new Error(`expected ${ROOM} bytes free in ${tmpdir()}, found ${bavail * bsize}`);
  const rows = [];
  for (const bits of [8, 4]) {
    const folder = await mkdtemp(join(tmpdir(), "banana-large-"));
    try {
      const weights = await writeLargeBase(join(folder, `int${bits}`), bits, Number(layers));
      rows.push(...measure(folder, bits, weights));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  return rows;
}

function measure(folder, bits, weights) {
  const step = (name) => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [STEP, name, join(folder, `int${bits}`), join(folder, "cache")],
      { encoding: "utf8" },
    );
    if (status !== 0) throw new Error(`${name} ended with ${status}: ${stderr}`);
    return JSON.parse(stdout);
  };
  // Once before, so that every step finds the base's files in the system's cache.
  step("base");
  const base = step("base");
  const merged = step("merge");
  const again = step("merge");
  const attached = step("attach");
  // So that there is no kept set.
  rmSync(join(folder, "cache"), { recursive: true });
  const behind = step("first");
  const { copy } = step("copy");
  const load = ({ open, set = 0, first }) => open + set + first;
  const size = (weights * bits) / 8 + (bits === 4 ? weights / 8 : 0);
  const what = `${(weights / 1e9).toFixed(1)}B int${bits}`;
  const seconds = (ms) => ms / 1000;
  const toFirstOutput = (how, measured, most, note) =>
    row({
      name: `load of ${what} ${how}, to the first output`,
      ours: seconds(load(measured)),
      beside: seconds(load(base)),
      besideName: "the base",
      goal: `<= ${most}x`,
      met: (ratio) => ratio <= most,
      unit: "s",
      note,
    });
  return [
    toFirstOutput("with a kept merged set", again, 1.05),
    row({
      name: `peak memory of ${what} with a kept merged set`,
      ours: again.peakBytes / 1e9,
      beside: size / 1e9,
      besideName: "the weights",
      goal: "<= 1.2x",
      met: (ratio) => ratio <= 1.2,
      unit: "GB",
      note: `the base ${(base.peakBytes / 1e9).toFixed(2)} GB, while merging ${(merged.peakBytes / 1e9).toFixed(2)} GB`,
    }),
    row({
      name: `merge of rank 16 over all targets of ${what}, planned, written and opened`,
      ours: weights / merged.set / 1e6,
      beside: weights / base.open / 1e6,
      besideName: "opening the base, which hashes it",
      unit: "Gparam/s",
      note: `${seconds(merged.set).toFixed(1)} s`,
    }),
    toFirstOutput(
      "and its first merge",
      merged,
      1.25,
      `opening ${seconds(merged.open).toFixed(2)} s, merging ${seconds(merged.set).toFixed(2)} s, the first run ${seconds(merged.first).toFixed(2)} s; only reading the base's weights and writing them to two new files takes ${seconds(copy).toFixed(2)} s`,
    ),
    toFirstOutput(
      "and a peel attached first and merged behind that",
      behind,
      1.25,
      `opening ${seconds(behind.open).toFixed(2)} s, attaching ${seconds(behind.set).toFixed(2)} s, the first run ${seconds(behind.first).toFixed(2)} s; merged weights in force ${seconds(behind.behind).toFixed(1)} s later; peak ${(behind.peakBytes / 1e9).toFixed(2)} GB, both sessions in it`,
    ),
    row({
      name: `swap of an attached peel of rank 16 on ${what}`,
      ours: attached.swap,
      beside: attached.set,
      besideName: "the first attach, which opens a session",
      goal: "< 1 ms",
      met: (_, ours) => ours < 1,
      unit: "ms",
      note: `to a peel that was in force before; a run takes ${attached.again.toFixed(0)} ms attached, ${again.again.toFixed(0)} merged, ${base.again.toFixed(0)} of the base`,
    }),
    row({
      name: `swap of an attached peel of rank 16 on ${what} to a weight never used before`,
      ours: attached.newWeight,
      beside: attached.set,
      besideName: "the first attach, which opens a session",
      goal: "< 1 ms",
      met: (_, ours) => ours < 1,
      unit: "ms",
      note: `median of 15; the first of the process ${attached.firstNewWeight.toFixed(1)} ms`,
    }),
  ];
}
