import { BananaError } from "@banana-peel/format";
import { toFloats } from "../model/floats.js";
import { checkGrid, type Grid, storedView } from "../quant/grid.js";
import { plainCodec, unpackNibbles } from "./codecs.js";
import { floatForm } from "./float-form.js";
import { gridForm } from "./grid-form.js";
import { byBlock, nbitsCodec, nbitsSizes, nbitsZeroPoints } from "./nbits.js";
import type { WeightForm } from "./types.js";

/** How a weight is stored, in the words of the base card. */
export interface FormSpec {
  readonly form: "qdq" | "matmulnbits" | "integer" | "float";
  readonly k: number;
  readonly n: number;
  readonly layout: "kn" | "nk";
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
  const { k, n, signed, min, max, layout, blockSize } = spec;
  const bits = spec.bits as 4 | 8;
  const along = alongOf(spec);
  // Scales that run over blocks of rows lie as the weight does: [N, blocks] beside [N, K].
  const turned = along === "block" && layout === "nk";
  const blocks = along === "block" ? Math.ceil(k / blockSize!) : 0;
  const zeroPoints =
    data.zeroPoint === undefined
      ? undefined
      : bits === 4
        ? unpackNibbles(scales.length, signed)(data.zeroPoint.bytes)
        : storedView(data.zeroPoint.bytes, signed);
  const grid: Grid = {
    k,
    n,
    bits,
    signed,
    min,
    max,
    along,
    ...(blockSize !== undefined && { blockSize }),
    scales: turned ? byBlock(scales, blocks, n) : scales,
    zeroPoints: turned && zeroPoints ? byBlock(Float32Array.from(zeroPoints), blocks, n) : zeroPoints,
  };
  return gridForm(checkGrid(grid, where), data.weight.bytes, plainCodec(k, n, { bits, signed, layout }));
}

function alongOf({ granularity, axis, layout }: FormSpec): Grid["along"] {
  if (granularity !== "channel") return granularity;
  return (axis === 0) === (layout === "kn") ? "k" : "n";
}
