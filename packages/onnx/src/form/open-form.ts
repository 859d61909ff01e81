import { BananaError } from "@banana-peel/format";
import { toFloats } from "../model/floats.js";
import { checkGrid, type Grid, storedView } from "../quant/grid.js";
import { plainCodec, unpackNibbles } from "./codecs.js";
import { floatForm } from "./float-form.js";
import { gridForm } from "./grid-form.js";
import { byBlock, nbitsCodec, nbitsSizes, nbitsZeroPoints } from "./nbits.js";
import type { Layout } from "./place.js";
import type { WeightForm } from "./types.js";

/** How a weight is stored, in the words of the base card. */
export interface FormSpec extends Layout {
  readonly form: "qdq" | "matmulnbits" | "integer" | "qlinear" | "gatherblock" | "float";
  readonly bits: 2 | 4 | 8 | 16 | 32;
  readonly signed: boolean;
  readonly granularity: "tensor" | "channel" | "block";
  /** Axis of the stored weight that the scales run along. */
  readonly axis?: number | undefined;
  readonly blockSize?: number | undefined;
  /** Smallest and largest stored value that the scheme uses. */
  readonly min: number;
  readonly max: number;
}

/** Elements of an initializer and their TensorProto.DataType. */
export interface Elements {
  readonly bytes: Uint8Array;
  readonly dataType: number;
}

/** The initializers of a weight. */
export interface FormData {
  readonly weight: Elements;
  readonly scale?: Elements | undefined;
  readonly zeroPoint?: Elements | undefined;
}

/**
 * Opens a weight in its form. The parts must have the types and sizes of the form (a caller checks shapes first).
 * @throws BananaError ONNX_UNSUPPORTED when scheme and parts contradict each other
 */
export function openForm(spec: FormSpec, data: FormData, where: string): WeightForm {
  if (spec.form === "float") return floatForm(spec, data.weight.dataType, data.weight.bytes, where);
  if (data.scale === undefined)
    throw new BananaError("ONNX_UNSUPPORTED", `expected scales for the form ${spec.form}, found none`, {
      where,
      hint: "Correct the target's scheme on the base card.",
    });
  const scales = toFloats(data.scale.bytes, data.scale.dataType, where);
  return spec.form === "matmulnbits"
    ? openNBits(spec, scales, data, where)
    : openPlain(spec, scales, data, where);
}

function openNBits(spec: FormSpec, scales: Float32Array, data: FormData, where: string): WeightForm {
  const { k, n, min, max } = spec;
  const shape = { k, n, bits: spec.bits as 2 | 4 | 8, blockSize: spec.blockSize! };
  const { blocks } = nbitsSizes(shape);
  const { zeroPoint } = data;
  const grid: Grid = {
    ...shape,
    signed: false,
    min,
    max,
    along: "block",
    scales: byBlock(scales, blocks, n),
    zeroPoints:
      zeroPoint === undefined || zeroPoint.dataType === UINT8
        ? nbitsZeroPoints(shape, zeroPoint?.bytes)
        : byBlock(toFloats(zeroPoint.bytes, zeroPoint.dataType, where), blocks, n),
  };
  return gridForm(checkGrid(grid, where), data.weight.bytes, nbitsCodec(shape));
}

const UINT8 = 2;

function openPlain(spec: FormSpec, scales: Float32Array, data: FormData, where: string): WeightForm {
  const { k, n, signed, min, max, layout, blockSize, groups = 1 } = spec;
  const bits = spec.bits as 4 | 8;
  const along = alongOf(spec);
  // Scales that run over blocks lie as the weight does: [N, blocks] beside [N, K].
  const turned = along === "block" && layout === "nk";
  const blocks = along === "block" ? Math.ceil(k / blockSize!) : 0;
  const zeroPoints = storedZeroPoints(spec, scales.length, data);
  // The output channels of ConvTranspose have the same scales in every group.
  const repeated = layout === "cns" && along === "n" && groups > 1;
  const grid: Grid = {
    k,
    n,
    bits,
    signed,
    min,
    max,
    along,
    ...(blockSize !== undefined && { blockSize }),
    scales: turned ? byBlock(scales, blocks, n) : repeated ? repeat(scales, groups) : scales,
    zeroPoints:
      turned && zeroPoints
        ? byBlock(Float32Array.from(zeroPoints), blocks, n)
        : repeated && zeroPoints
          ? repeat(Float32Array.from(zeroPoints), groups)
          : zeroPoints,
  };
  return gridForm(checkGrid(grid, where), data.weight.bytes, plainCodec(spec, { bits, signed }));
}

/** Zero points, one a scale; undefined where they are 0. */
function storedZeroPoints(
  { form, bits, signed, n, blockSize, granularity, axis }: FormSpec,
  count: number,
  { weight, zeroPoint }: FormData,
): Int8Array | Uint8Array | undefined {
  const inBytes = form === "gatherblock" && weight.dataType === UINT8;
  if (zeroPoint === undefined) return inBytes ? new Uint8Array(count).fill(2 ** (bits - 1)) : undefined;
  if (bits === 8) return storedView(zeroPoint.bytes, signed);
  // uint8 that holds two nibbles packs each row by itself, so that a row of an odd number ends with half a byte.
  const perRow = granularity === "block" && axis === 1 ? Math.ceil(n / blockSize!) : n;
  return inBytes && perRow % 2 === 1
    ? unpackRows(zeroPoint.bytes, perRow)
    : unpackNibbles(count, signed)(zeroPoint.bytes);
}

function unpackRows(bytes: Uint8Array, perRow: number): Uint8Array {
  const width = Math.ceil(perRow / 2);
  const rows = bytes.length / width;
  const out = new Uint8Array(rows * perRow);
  for (let row = 0; row < rows; row++)
    for (let i = 0; i < perRow; i++)
      out[row * perRow + i] = (bytes[row * width + (i >> 1)]! >> (4 * (i & 1))) & 15;
  return out;
}

function repeat(values: Float32Array, times: number): Float32Array {
  const out = new Float32Array(values.length * times);
  for (let i = 0; i < times; i++) out.set(values, i * values.length);
  return out;
}

function alongOf({ granularity, axis, layout }: FormSpec): Grid["along"] {
  if (granularity === "tensor") return "tensor";
  if (granularity === "block") return (axis === 0) === (layout === "kn") ? "block" : "rowblock";
  if (layout === "cns") return "n";
  return (axis === 0) === (layout === "kn") ? "k" : "n";
}
