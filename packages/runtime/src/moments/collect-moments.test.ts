import { readSafetensors, sha256Hex, type Target, toFloat32 } from "@banana-peel/format";
import { dither, nearest, openForm } from "@banana-peel/onnx";
import * as ort from "onnxruntime-node";
import { expect, it } from "vitest";
import { Pacer } from "../pacer.js";
import { mergeTarget } from "../plan/merge-target.js";
import { updateRows } from "../plan/updates.js";
import { memoryForm } from "../testing/forms.js";
import { randomNumbers, randomWeight } from "../testing/planes.js";
import { calibrateTarget } from "./calibrate-target.js";
import { collectMoments } from "./collect-moments.js";
import { InputRows } from "./input-rows.js";
import { momentsOf, unknownMoments } from "./read-moments.js";
import { writeMoments } from "./write-moments.js";

const ROWS = 300;

/** Calls whose rows have a mean far from 0, as those of real layers do. */
function* calls(k: number, seed = 5) {
  const random = randomNumbers(seed);
  const mean = Float64Array.from({ length: k }, () => 2 * random());
  for (let call = 0; call < 3; call++) {
    const data = Float32Array.from({ length: (ROWS / 3) * k }, (_, i) => mean[i % k]! + random());
    yield { graph: "main", feeds: { x: { data, dims: [ROWS / 12, 4, k] } } };
  }
}

it("sums up what layers read: exactly at full rank, the diagonal exactly at any", async () => {
  const { card, ...memory } = memoryForm("blocked-int4");
  const [up] = card.targets;
  const k = up!.k;
  const exact = new Float64Array(k * k);
  let mean = 0;
  for (const { feeds } of calls(k)) {
    const { data } = feeds.x;
    for (let at = 0; at < data.length; at += k)
      for (let i = 0; i < k; i++)
        for (let j = 0; j < k; j++) exact[i * k + j]! += (data[at + i]! * data[at + j]!) / ROWS;
  }
  for (let i = 0; i < k; i++) mean += exact[i * k + i]! / k;
  for (const rank of [0, 1, k]) {
    const found = await collectMoments({ card, ...memory, ort, feeds: calls(k), rank });
    expect(found.targets).toEqual(card.targets.map(({ path }) => path));
    expect(found.entry).toEqual({ bytes: found.bytes.length, sha256: await sha256Hex(found.bytes) });
    const { tensors } = readSafetensors(found.bytes, "moments");
    const diagonal = toFloat32(tensors.get(`main/${up!.input}/diagonal`)!)!;
    const factors = toFloat32(tensors.get(`main/${up!.input}/factors`)!)!;
    expect(factors.length).toBe(k * rank);
    let off = 0;
    let whole = 0;
    for (let i = 0; i < k; i++)
      for (let j = 0; j < k; j++) {
        let seen = i === j ? diagonal[i]! : 0;
        for (let r = 0; r < rank; r++) seen += factors[i * rank + r]! * factors[j * rank + r]!;
        const wanted = exact[i * k + j]! / mean;
        if (i === j) expect(Math.abs(seen / wanted - 1)).toBeLessThan(0.02);
        off += (seen - wanted) ** 2;
        whole += wanted ** 2;
      }
    const error = Math.sqrt(off / whole);
    if (rank === 0) expect(error).toBeGreaterThan(0.5);
    else expect(error).toBeLessThan(rank === 1 ? 0.25 : 0.05);
  }
});

it("makes calibrated rounding keep more of what outputs see than other roundings do", async () => {
  const [k, n] = [256, 24];
  const scheme = { granularity: "block", axis: 1, blockSize: 32, min: 0, max: 15 } as const;
  const of = { k, n, layout: "nk", form: "matmulnbits", bits: 4, signed: false, ...scheme } as const;
  const { form, data, spec, parts } = randomWeight(3, { ...of, ranks: [4], steps: 0.15 });
  const rows = new InputRows(k);
  for (const { feeds } of calls(k)) rows.add(feeds.x.data);
  const file = readSafetensors(writeMoments([{ graph: "main", input: "x", rows }], 4), "moments");
  const moments = momentsOf(file, { graph: "main", input: "x", k } as Target)!;
  const pacer = new Pacer(() => performance.now(), undefined);
  const ways = {
    nearest: await mergeTarget(form, parts, nearest, pacer),
    dither: await mergeTarget(form, parts, dither({ low: 1, high: 2 }), pacer),
    blind: await calibrateTarget(form, parts, unknownMoments(k), pacer),
    calibrated: await calibrateTarget(form, parts, moments, pacer),
  };
  const updateRow = updateRows(parts, n);
  /** How far the change of x W is from the intended one, relative to it, over all rows x. */
  const lost = ({ bytes }: { bytes: Uint8Array }) => {
    const after = openForm(spec, { ...data, weight: { ...data.weight, bytes } }, "w");
    const [old, now, update] = [new Float32Array(n), new Float32Array(n), new Float64Array(n)];
    const [off, whole] = [rows.kept, rows.kept].map((all) => all.map(() => new Float64Array(n)));
    for (let i = 0; i < k; i++) {
      form.readRow(i, old);
      after.readRow(i, now);
      updateRow(i, update);
      rows.kept.forEach((x, row) => {
        for (let j = 0; j < n; j++) {
          whole![row]![j]! += x[i]! * update[j]!;
          off![row]![j]! += x[i]! * (now[j]! - old[j]! - update[j]!);
        }
      });
    }
    const square = (all: Float64Array[]) => all.flatMap((y) => [...y]).reduce((sum, y) => sum + y * y, 0);
    return Math.sqrt(square(off!) / square(whole!));
  };
  const seen = Object.fromEntries(Object.entries(ways).map(([name, way]) => [name, lost(way)]));
  expect(seen.calibrated).toBeLessThan(0.9 * Math.min(seen.nearest!, seen.dither!, seen.blind!));
  expect(Math.abs(ways.calibrated.error / seen.calibrated! - 1)).toBeLessThan(0.2);
  expect(seen.blind).toBeLessThan(seen.dither!);
});

it("refuses feeds of another graph, of other shapes, and none", async () => {
  const { card, ...memory } = memoryForm("blocked-int4");
  const collect = (feeds: Parameters<typeof collectMoments>[0]["feeds"]) =>
    collectMoments({ card, ...memory, ort, feeds });
  const x = { data: new Float32Array(3), dims: [1, 4, 3] };
  for (const feeds of [[], [{ graph: "other", feeds: {} }], [{ graph: "main", feeds: { x } }]])
    await expect(collect(feeds)).rejects.toMatchObject({ code: "INPUT_INVALID" });
});
