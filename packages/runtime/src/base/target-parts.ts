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
  const { scheme, k, n, layout } = target;
  if (scheme.form === "matmulnbits") return nbitsParts(target);
  const matrix = layout === "kn" ? [k, n] : [n, k];
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

function groupShapes({ scheme: { granularity, axis, blockSize = 1 }, k, n, layout }: Target): number[][] {
  if (granularity === "tensor") return [[], [1]];
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
