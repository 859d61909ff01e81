// A random layer with random updates, merged in every way: what is left of the update in the weights, and in outputs.
import { readSafetensors } from "../../packages/format/dist/index.js";
import { openForm, planeOf, promote } from "../../packages/onnx/dist/index.js";
import { localEngine } from "../../packages/runtime/dist/merge/local-engine.js";
import { foldTask } from "../../packages/runtime/dist/merge/task.js";
import { allRows } from "../../packages/runtime/dist/merge/works.js";
import { calibrateTarget } from "../../packages/runtime/dist/moments/calibrate-target.js";
import { InputRows } from "../../packages/runtime/dist/moments/input-rows.js";
import { momentsOf, unknownMoments } from "../../packages/runtime/dist/moments/read-moments.js";
import { writeMoments } from "../../packages/runtime/dist/moments/write-moments.js";
import { Pacer } from "../../packages/runtime/dist/pacer.js";
import { normals } from "./numbers.mjs";

const SIZE = 1024;
const RANK = 16;
const INPUTS = 64;
/** Other inputs than those of which the moments are made. */
const CALIBRATION = 256;

const INT8 = {
  form: "qdq",
  bits: 8,
  signed: true,
  min: -127,
  max: 127,
  layout: "kn",
  granularity: "channel",
  axis: 1,
};
const INT4 = {
  form: "qdq",
  bits: 4,
  signed: true,
  min: -8,
  max: 7,
  layout: "kn",
  granularity: "block",
  axis: 0,
  blockSize: 32,
};

/** Rows of {size, way, gain, error, cosine}; `size` is the update's, relative to the weights. */
export async function randomLayer(sizes) {
  const random = normals(20261126);
  const w = Float32Array.from({ length: SIZE * SIZE }, random);
  const a = Float32Array.from({ length: RANK * SIZE }, random);
  const b = Float32Array.from({ length: RANK * SIZE }, () => random() / Math.sqrt(RANK));
  // Inputs of which half of the variance is shared, as the hidden states of real models have it.
  const shared = Float32Array.from({ length: SIZE }, random);
  const x = Array.from({ length: INPUTS }, () => {
    const common = random();
    return Float64Array.from({ length: SIZE }, (_, k) => random() + common * shared[k]);
  });
  const seen = new InputRows(SIZE);
  for (let i = 0; i < CALIBRATION; i++) {
    const common = random();
    seen.add(Float32Array.from({ length: SIZE }, (_, k) => random() + common * shared[k]));
  }
  const place = { graph: "main", input: "x" };
  const moments = momentsOf(readSafetensors(writeMoments([{ ...place, rows: seen }], 1), "moments"), {
    ...place,
    k: SIZE,
  });
  const rows = [];
  for (const size of sizes) {
    const parts = [{ factor: size, lowRank: { path: "layer", rank: RANK, k: SIZE, n: SIZE, a, b } }];
    const intended = product(a, b, size);
    for (const [bits, spec] of [
      [8, INT8],
      [4, INT4],
    ]) {
      const weight = quantised(w, spec);
      for (const way of ["nearest", "dither"]) {
        const after = await merged(weight, parts, way);
        rows.push({ size, bits, way, ...kept(weight, after, intended, x) });
      }
      for (const [way, known] of [
        ["calibrated", unknownMoments(SIZE)],
        ["calibrated, moments", moments],
      ]) {
        const pacer = new Pacer(() => performance.now(), undefined);
        const { bytes } = await calibrateTarget(weight.form, parts, known, pacer);
        rows.push({ size, bits, way, ...kept(weight, bytes, intended, x) });
      }
      if (bits === 4)
        rows.push({ size, bits, way: "promote", ...compare(promoted(weight, parts), intended, x) });
    }
  }
  return rows;
}

function product(a, b, factor) {
  const out = new Float64Array(SIZE * SIZE);
  for (let r = 0; r < RANK; r++)
    for (let k = 0; k < SIZE; k++)
      for (let n = 0; n < SIZE; n++) out[k * SIZE + n] += factor * b[n * RANK + r] * a[r * SIZE + k];
  return out;
}

/** Symmetric quantisation per column, or per block of a column. */
function quantised(w, spec) {
  const block = spec.blockSize ?? SIZE;
  const scales = new Float32Array((SIZE / block) * SIZE);
  const stored = new Int8Array(SIZE * SIZE);
  for (let n = 0; n < SIZE; n++)
    for (let first = 0; first < SIZE; first += block) {
      let most = 0;
      for (let k = first; k < first + block; k++) most = Math.max(most, Math.abs(w[k * SIZE + n]));
      const scale = Math.fround(most / spec.max);
      scales[(first / block) * SIZE + n] = scale;
      for (let k = first; k < first + block; k++)
        stored[k * SIZE + n] = Math.max(spec.min, Math.min(Math.round(w[k * SIZE + n] / scale), spec.max));
    }
  const bytes = spec.bits === 8 ? new Uint8Array(stored.buffer) : nibbles(stored);
  const full = { ...spec, k: SIZE, n: SIZE };
  const scale = { bytes: new Uint8Array(scales.buffer), dataType: 1 };
  const weight = { bytes, dataType: spec.bits === 8 ? 3 : 22 };
  return {
    form: openForm(full, { weight, scale }, "layer"),
    plane: planeOf(full, scale, "layer"),
    bytes,
    again: (other) => openForm(full, { weight: { ...weight, bytes: other }, scale }, "layer"),
  };
}

function nibbles(stored) {
  return Uint8Array.from(
    { length: stored.length / 2 },
    (_, i) => (stored[2 * i] & 15) | ((stored[2 * i + 1] & 15) << 4),
  );
}

async function merged({ plane, bytes }, parts, way) {
  const task = foldTask(plane, parts, way === "dither" ? { low: 1, high: 2 } : undefined);
  const works = allRows(plane).map(({ first, rows }) => ({
    first,
    rows,
    input: bytes.subarray(first * plane.stride, (first + rows) * plane.stride),
    output: undefined,
    measure: false,
  }));
  const folded = await localEngine().fold(task, works);
  const out = new Uint8Array(bytes.length);
  for (const [i, each] of folded.entries()) out.set(each.bytes, works[i].first * plane.stride);
  return out;
}

function kept(weight, after, intended, x) {
  const other = weight.again(after);
  const before = new Float32Array(SIZE);
  const row = new Float32Array(SIZE);
  const applied = new Float64Array(SIZE * SIZE);
  for (let k = 0; k < SIZE; k++) {
    weight.form.readRow(k, before);
    other.readRow(k, row);
    for (let n = 0; n < SIZE; n++) applied[k * SIZE + n] = row[n] - before[n];
  }
  return compare(applied, intended, x);
}

function promoted({ form }, parts) {
  const promotion = promote(form, 1, "layer");
  const out = new Float64Array(SIZE * SIZE);
  const [{ factor, lowRank }] = parts;
  const intended = product(lowRank.a, lowRank.b, factor);
  const update = (k) => intended.slice(k * SIZE, (k + 1) * SIZE);
  for (let k = 0; k < SIZE; k++) promotion.prepare(k, update(k));
  for (let k = 0; k < SIZE; k++) promotion.addRow(k, update(k), out.subarray(k * SIZE, (k + 1) * SIZE));
  return out;
}

/** Gain and error in the weights, and the cosine between the change of outputs and the intended one. */
function compare(applied, intended, x) {
  let square = 0;
  let both = 0;
  let rest = 0;
  for (let i = 0; i < intended.length; i++) {
    square += intended[i] ** 2;
    both += applied[i] * intended[i];
    rest += (applied[i] - intended[i]) ** 2;
  }
  const [got, wanted] = [applied, intended].map((delta) => x.flatMap((row) => [...through(row, delta)]));
  return { gain: both / square, error: Math.sqrt(rest / square), cosine: cosine(got, wanted) };
}

function through(row, delta) {
  const out = new Float64Array(SIZE);
  for (let k = 0; k < SIZE; k++) for (let n = 0; n < SIZE; n++) out[n] += row[k] * delta[k * SIZE + n];
  return out;
}

/** The cosine of two lists of numbers; 0 where one is all zeros. */
export function cosine(a, b) {
  let ab = 0;
  let aa = 0;
  let bb = 0;
  for (let i = 0; i < a.length; i++) {
    ab += a[i] * b[i];
    aa += a[i] ** 2;
    bb += b[i] ** 2;
  }
  return aa === 0 || bb === 0 ? 0 : ab / Math.sqrt(aa * bb);
}
