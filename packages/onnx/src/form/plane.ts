import { toFloats } from "../model/floats.js";
import { nbitsSizes } from "./nbits.js";
import type { Elements, FormSpec } from "./open-form.js";

/**
 * Stored whole numbers as they lie in an initializer: rows x columns, row-major, the lowest bits first. What a fast
 * kernel needs to know of a form; everything else (zero points, operators) a merge doesn't touch.
 */
export interface Plane {
  readonly rows: number;
  readonly columns: number;
  /** True where rows are output features [N,K], false where they are input features [K,N]. */
  readonly turned: boolean;
  /** Bytes from one row to the next; what is left over at a row's end pads it. */
  readonly stride: number;
  readonly bits: 2 | 4 | 8;
  readonly signed: boolean;
  /** Smallest and largest stored value that the scheme uses. */
  readonly min: number;
  readonly max: number;
  /** What scales run along; blocks of rows have [blocks, columns] of them, blocks of columns [rows, blocks]. */
  readonly along: "tensor" | "rows" | "columns" | "row-blocks" | "column-blocks";
  /** Rows or columns of a block; 0 where there are none. */
  readonly blockSize: number;
  readonly scales: Float32Array;
}

/** Elements of a plane; an index within it then fits 32 bits. */
const MOST_ELEMENTS = 2 ** 32;

/**
 * The plane of a weight; undefined for a form that isn't one (floats, ConvTranspose, half bytes at a row's end), or
 * whose scales don't fit, which openForm then refuses.
 */
export function planeOf(spec: FormSpec, scale: Elements | undefined, where: string): Plane | undefined {
  const { k, n, layout, bits, form, min, max } = spec;
  if (form === "float" || scale === undefined || k * n >= MOST_ELEMENTS) return undefined;
  if (layout !== "kn" && layout !== "nk") return undefined;
  const turned = layout === "nk";
  const [rows, columns] = turned ? [n, k] : [k, n];
  const stride = strideOf(spec, columns);
  if (!Number.isInteger(stride)) return undefined;
  const scales = toFloats(scale.bytes, scale.dataType, where);
  const along = alongOf(spec);
  const blockSize = along === "row-blocks" || along === "column-blocks" ? spec.blockSize! : 0;
  const count = {
    tensor: 1,
    rows,
    columns,
    "row-blocks": Math.ceil(rows / blockSize) * columns,
    "column-blocks": rows * Math.ceil(columns / blockSize),
  }[along];
  if (scales.length !== count || !allFinite(scales)) return undefined;
  const signed = spec.signed && form !== "matmulnbits";
  const whole = 2 ** bits;
  if (min < (signed ? -whole / 2 : 0) || max > (signed ? whole / 2 : whole) - 1 || min >= max)
    return undefined;
  return {
    rows,
    columns,
    turned,
    stride,
    bits: bits as 2 | 4 | 8,
    signed,
    min,
    max,
    along,
    blockSize,
    scales,
  };
}

/** A loop: `every` calls out for each of the half a million scales of a wide int4 weight. */
function allFinite(numbers: Float32Array): boolean {
  for (let i = 0; i < numbers.length; i++) if (!Number.isFinite(numbers[i])) return false;
  return true;
}

function strideOf({ form, k, n, bits, blockSize }: FormSpec, columns: number): number {
  if (form !== "matmulnbits") return (columns * bits) / 8;
  const { blocks, blob } = nbitsSizes({ k, n, bits: bits as 2 | 4 | 8, blockSize: blockSize! });
  return blocks * blob;
}

function alongOf({ form, granularity, axis }: FormSpec): Plane["along"] {
  if (form === "matmulnbits") return "column-blocks";
  if (granularity === "tensor") return "tensor";
  if (granularity === "channel") return axis === 0 ? "rows" : "columns";
  return axis === 0 ? "row-blocks" : "column-blocks";
}
