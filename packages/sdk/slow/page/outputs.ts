import {
  type Base,
  isBananaError,
  type Ort,
  type PeelUse,
  type Report,
  type SetPeelsOptions,
} from "banana-sdk/web";
import { floats, fromBase64 } from "./vectors.js";

/** An input x and the name of the output that is looked at. */
export interface Run {
  readonly type: "float32" | "float16";
  readonly x: string;
  readonly shape: readonly number[];
  readonly name: string;
}

/** The output as float32, in a copy. */
export async function outputOf(base: Base, ort: Ort, { type, x, shape, name }: Run): Promise<Float32Array> {
  const data = type === "float16" ? new Uint16Array(fromBase64(x).buffer) : floats(x);
  const results = await base.run("main", { x: new ort.Tensor(type, data as Float32Array, shape) });
  return Float32Array.from(asNumbers(results[name]!.data as ArrayLike<number>));
}

/** float16 comes as its bits where the browser has no Float16Array. */
function asNumbers(data: ArrayLike<number>): ArrayLike<number> {
  if (!(data instanceof Uint16Array)) return data;
  return Float32Array.from(data, (bits) => {
    const exponent = (bits >> 10) & 31;
    const size = exponent === 0 ? (bits & 1023) * 2 ** -24 : (1024 + (bits & 1023)) * 2 ** (exponent - 25);
    return bits & 0x8000 ? -size : size;
  });
}

/** Puts peels in force; "erased" when rounding would erase all of them. */
export async function applied(
  base: Base,
  uses: readonly PeelUse[],
  options: SetPeelsOptions,
): Promise<Report | "erased"> {
  try {
    return await base.setPeels(uses, options);
  } catch (error) {
    if (isBananaError(error) && error.code === "PEEL_NO_EFFECT") return "erased";
    throw error;
  }
}

/** Largest difference, relative to the largest value of b. */
export function furthest(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  const largest = b.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0) / largest;
}

/** ||a - b|| / ||b|| */
export function relative(a: Float32Array, b: Float32Array): number {
  let difference = 0;
  let norm = 0;
  b.forEach((value, i) => {
    difference += (a[i]! - value) ** 2;
    norm += value ** 2;
  });
  return Math.sqrt(difference / norm);
}
