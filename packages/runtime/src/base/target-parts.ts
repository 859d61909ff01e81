import type { Target } from "@banana-peel/format";
import { DATA_TYPE } from "@banana-peel/onnx";

/** An initializer that a target may have. */
export interface Part {
  /** TensorProto.DataType. */
  readonly dataType: number;
  readonly dims: readonly number[];
}

/** The initializers of a target by its card; any of those listed will do. */
export interface Parts {
  readonly weight: readonly Part[];
  readonly scale: readonly Part[];
  readonly zeroPoint: readonly Part[];
}

const FLOATS = [DATA_TYPE.float, DATA_TYPE.float16, DATA_TYPE.bfloat16];

/** Types and shapes of a target's initializers. Specification: docs/specification/base.md, Schemes. */
export function expectedParts(target: Target): Parts {
  const { scheme } = target;
  if (scheme.form === "matmulnbits") return nbitsParts(target);
  if (scheme.form === "gatherblock") return gatherParts(target);
  const matrix = storedShape(target);
  if (scheme.form === "float")
    return {
      weight: parts(scheme.bits === 32 ? [DATA_TYPE.float] : FLOATS.slice(1), [matrix]),
      scale: [],
      zeroPoint: [],
    };
  const type = storedType(scheme.bits, scheme.signed);
  const groups = groupShapes(target);
  return {
    weight: parts([type], [matrix]),
    scale: parts(scheme.granularity === "block" ? FLOATS : [DATA_TYPE.float], groups),
    zeroPoint: parts([type], groups),
  };
}

/** MatMulNBits takes scales and zero points in one row or by column (onnxruntime docs/ContribOperators.md). */
function nbitsParts({ k, n, scheme: { bits, blockSize = 1 } }: Target): Parts {
  const blocks = Math.ceil(k / blockSize);
  const each = [[n * blocks], [n, blocks]];
  const packed = Math.ceil((blocks * bits) / 8);
  return {
    weight: parts([DATA_TYPE.uint8], [[n, blocks, (blockSize * bits) / 8]]),
    scale: parts(FLOATS, each),
    zeroPoint: [...parts([DATA_TYPE.uint8], [[n * packed], [n, packed]]), ...parts(FLOATS, each)],
  };
}

/** Dimensions of a weight in its layout. */
function storedShape({ k, n, layout, kernel, groups = 1 }: Target): number[] {
  if (kernel === undefined) return layout === "kn" ? [k, n] : [n, k];
  const channels = kernel.reduce((rest, size) => rest / size, k);
  return layout === "cns" ? [channels * groups, n / groups, ...kernel] : [n, channels, ...kernel];
}

/** GatherBlockQuantized takes 4-bit types, or bytes that hold two nibbles or one value of 8 bits. */
function gatherParts({ k, n, scheme: { bits, signed, axis, blockSize = 1 } }: Target): Parts {
  const groups = axis === 0 ? [Math.ceil(k / blockSize), n] : [k, Math.ceil(n / blockSize)];
  const [rows, columns] = groups as [number, number];
  const bytes = (width: number) => Math.ceil((width * bits) / 8);
  const inBytes = (width: number) => (signed ? [] : parts([DATA_TYPE.uint8], [[rows, bytes(width)]]));
  const nibbles = bits === 4 ? [storedType(4, signed)] : [];
  return {
    weight: [
      ...parts(nibbles, [[k, n]]),
      ...(signed ? [] : parts([DATA_TYPE.uint8], n % (8 / bits) === 0 ? [[k, bytes(n)]] : [])),
    ],
    scale: parts(FLOATS, [groups]),
    zeroPoint: [...parts(nibbles, [groups]), ...inBytes(columns)],
  };
}

function groupShapes(target: Target): number[][] {
  const { granularity, axis, blockSize = 1 } = target.scheme;
  const { k, n, layout, groups = 1 } = target;
  if (granularity === "tensor") return [[], [1]];
  if (layout === "cns") return [[n / groups]];
  if (granularity === "block" && layout === "kn" && axis === 1) return [[k, Math.ceil(n / blockSize)]];
  const inner = layout === "kn" ? 0 : 1;
  if (granularity === "channel") return [[axis === inner ? k : n]];
  const blocks = Math.ceil(k / blockSize);
  return [layout === "kn" ? [blocks, n] : [n, blocks]];
}

function storedType(bits: number, signed: boolean): number {
  if (bits === 4) return signed ? DATA_TYPE.int4 : DATA_TYPE.uint4;
  return signed ? DATA_TYPE.int8 : DATA_TYPE.uint8;
}

function parts(types: readonly number[], shapes: readonly (readonly number[])[]): Part[] {
  return types.flatMap((dataType) => shapes.map((dims) => ({ dataType, dims })));
}
