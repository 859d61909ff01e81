import {
  dither,
  type FormData,
  type FormSpec,
  nearest,
  openForm,
  type Plane,
  planeOf,
} from "@banana-peel/onnx";
import type { PeelUse } from "../peel/types.js";
import type { Part } from "../plan/updates.js";

/** Numbers in [-0.5, 0.5) that a seed decides; mulberry32. */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let x = Math.imul(state ^ (state >>> 15), 1 | state);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32 - 0.5;
  };
}

/** What a random weight is like. */
export interface RandomWeight {
  readonly k: number;
  readonly n: number;
  readonly layout: "kn" | "nk";
  readonly form?: FormSpec["form"];
  readonly bits: 2 | 4 | 8;
  readonly signed: boolean;
  readonly granularity: FormSpec["granularity"];
  readonly axis?: number;
  readonly blockSize?: number;
  readonly min: number;
  readonly max: number;
  /** Ranks of the parts. */
  readonly ranks: readonly number[];
  /** Size of an update in steps of the grid. */
  readonly steps: number;
  /** Changes the scales. */
  readonly scale?: (scale: number, index: number) => number;
}

/** A weight with random stored values, and the parts of an update. */
export function randomWeight(seed: number, of: RandomWeight) {
  const random = randomNumbers(seed);
  const normal = () => 1.7 * (random() + random() + random() + random());
  const { k, n, layout, bits, granularity, axis, blockSize = 1, ranks, steps, scale = (s) => s } = of;
  const [rows, columns] = layout === "kn" ? [k, n] : [n, k];
  const nbits = of.form === "matmulnbits";
  const blocks = Math.ceil(k / blockSize);
  const bytes = new Uint8Array(nbits ? (n * blocks * blockSize * bits) / 8 : Math.ceil((k * n * bits) / 8));
  for (let i = 0; i < bytes.length; i++) bytes[i] = Math.floor((random() + 0.5) * 256);
  const perBlock = axis === 0 ? Math.ceil(rows / blockSize) * columns : rows * Math.ceil(columns / blockSize);
  const count =
    granularity === "tensor" ? 1 : granularity === "block" ? perBlock : axis === 0 ? rows : columns;
  const scales = Float32Array.from({ length: count }, (_, i) => scale(0.01 * (1 + random()), i));
  const spec: FormSpec = { form: "qdq", ...of };
  const data: FormData = {
    weight: { bytes, dataType: of.signed ? 3 : 2 },
    scale: { bytes: new Uint8Array(scales.buffer), dataType: 1 },
  };
  const parts = ranks.map((rank): Part => {
    const a = Float32Array.from({ length: rank * k }, normal);
    const b = Float32Array.from({ length: rank * n }, () => (0.01 * steps * normal()) / Math.sqrt(rank));
    return { use: {} as PeelUse, lowRank: { path: "w", rank, k, n, a, b }, factor: 1.1 };
  });
  return { spec, data, bytes, parts, form: openForm(spec, data, "w"), plane: planeOf(spec, data.scale, "w") };
}

/** The two roundings that need nothing else, by name. */
export const ROUNDINGS = [
  { rounding: nearest, seed: undefined },
  { rounding: dither({ low: 0x12345678, high: 0x9abcdef0 }), seed: { low: 0x12345678, high: 0x9abcdef0 } },
] as const;

/** The bytes of some rows of a plane. */
export function rowBytes(plane: Plane, bytes: Uint8Array, first: number, rows: number): Uint8Array {
  return bytes.subarray(first * plane.stride, (first + rows) * plane.stride);
}
