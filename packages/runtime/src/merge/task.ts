import type { DitherSeed, Plane } from "@banana-peel/onnx";
import type { Part, UpdatePart } from "../plan/updates.js";
import type { FoldTask } from "./types.js";

/** What tasks of one plane and the same parts share, whatever their rounding. */
type Shared = Pick<FoldTask, "plane" | "rank" | "left" | "right">;

/** The last of a plane, as long as the plane is in use. */
const known = new WeakMap<Plane, { readonly parts: readonly Part[]; readonly shared: Shared }>();

/**
 * The task that folds parts into a plane. Ranks stand one behind the other in the order of the parts; weights and
 * alpha / rank are multiplied into lora_B in float64, as updateRows does. Numbers lie in shared memory where there is
 * any: a message to a worker copies all others twice.
 */
export function foldTask(plane: Plane, parts: readonly Part[], seed: DitherSeed | undefined): FoldTask {
  let of = known.get(plane);
  if (of?.parts !== parts) {
    of = { parts, shared: sharedOf(plane, parts) };
    known.set(plane, of);
  }
  return { ...of.shared, seed };
}

function sharedOf(plane: Plane, parts: readonly Part[]): Shared {
  const [k, n] = plane.turned ? [plane.columns, plane.rows] : [plane.rows, plane.columns];
  const { rank, inputs, outputs } = factorsOf(parts, k, n);
  const [left, right] = plane.turned ? [outputs, inputs] : [inputs, outputs];
  const scales = new Float32Array(room(plane.scales.byteLength));
  scales.set(plane.scales);
  return { plane: { ...plane, scales }, rank, left, right };
}

/** The factors of all parts, [k][rank] and [n][rank]: u(k, n) = sum over r of inputs * outputs. */
export function factorsOf(parts: readonly UpdatePart[], k: number, n: number) {
  const rank = parts.reduce((sum, { lowRank }) => sum + lowRank.rank, 0);
  const inputs = new Float64Array(room(8 * k * rank));
  const outputs = new Float64Array(room(8 * n * rank));
  let before = 0;
  for (const { lowRank, factor } of parts) {
    const { a, b, rank: own } = lowRank;
    for (let r = 0; r < own; r++) for (let i = 0; i < k; i++) inputs[i * rank + before + r] = a[r * k + i]!;
    for (let i = 0; i < n; i++)
      for (let r = 0; r < own; r++) outputs[i * rank + before + r] = factor * b[i * own + r]!;
    before += own;
  }
  return { rank, inputs, outputs };
}

/** Pages have shared memory only where they are isolated from other origins, Hermes none. */
function room(bytes: number): ArrayBufferLike {
  return typeof SharedArrayBuffer === "undefined" ? new ArrayBuffer(bytes) : new SharedArrayBuffer(bytes);
}
