import { DATA_TYPE } from "@banana-peel/onnx";

/** Smallest and largest stored value that a scheme uses. */
export interface StoredRange {
  readonly min: number;
  readonly max: number;
}

/**
 * The range of a scheme, by what its weight holds: quantisers that write symmetric int8 leave -128 out, and with
 * reduce_range keep to 7 bits (int8 to [-64,64], uint8 to [0,127]), which a merge must keep to as well: some processors
 * saturate beyond. Fewer bits always use their whole range.
 * @param bytes the weight; of 8 bits one value a byte
 * @param symmetric true without zero points or where all are 0
 */
export function storedRange(
  bits: number,
  signed: boolean,
  bytes: Uint8Array,
  symmetric: boolean,
): StoredRange {
  if (bits < 8)
    return signed ? { min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 } : { min: 0, max: 2 ** bits - 1 };
  let min = 255;
  let max = -128;
  for (const value of signed ? new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length) : bytes) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  if (!signed) return { min: 0, max: max <= 127 ? 127 : 255 };
  // The largest weight of a reduced scale is 64: any smaller extreme would have had a larger step.
  if (min >= -64 && max <= 64 && Math.max(-min, max) === 64) return { min: -64, max: 64 };
  return symmetric && min > -128 ? { min: -127, max: 127 } : { min: -128, max: 127 };
}

/** True where every zero point is 0. */
export function allZero(dataType: number, bytes: Uint8Array): boolean {
  const floats = [DATA_TYPE.float, DATA_TYPE.float16, DATA_TYPE.bfloat16] as number[];
  return !floats.includes(dataType) && bytes.every((byte) => byte === 0);
}
