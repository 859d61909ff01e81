import { BananaError } from "@banana-peel/format";
import { DATA_TYPE, dataTypeName } from "./data-type.js";

/** A floating-point type of stored elements. */
export interface FloatType {
  /** Bytes of an element. */
  readonly bytes: 2 | 4;
  /** The stored bits as a number; exact. */
  read(view: DataView, offset: number): number;
  /** Stores the nearest number of the type, ties to even; beyond its largest, infinity. */
  write(view: DataView, offset: number, value: number): void;
}

const room = new DataView(new ArrayBuffer(4));

const TYPES = new Map<number, FloatType>([
  [
    DATA_TYPE.float,
    {
      bytes: 4,
      read: (view, offset) => view.getFloat32(offset, true),
      write: (view, offset, value) => view.setFloat32(offset, value, true),
    },
  ],
  [
    DATA_TYPE.float16,
    {
      bytes: 2,
      read: (view, offset) => fromHalf(view.getUint16(offset, true)),
      write: (view, offset, value) => view.setUint16(offset, toHalf(value), true),
    },
  ],
  [
    DATA_TYPE.bfloat16,
    {
      bytes: 2,
      read: (view, offset) => {
        room.setUint32(0, view.getUint16(offset, true) * 65536);
        return room.getFloat32(0);
      },
      write: (view, offset, value) => view.setUint16(offset, toBrainFloat(value), true),
    },
  ],
]);

/** How a floating-point type is stored. @throws BananaError ONNX_UNSUPPORTED for a type that is none of these */
export function floatType(dataType: number, where: string): FloatType {
  const type = TYPES.get(dataType);
  if (type !== undefined) return type;
  throw new BananaError(
    "ONNX_UNSUPPORTED",
    `expected float32, float16 or bfloat16, found ${dataTypeName(dataType)}`,
    { where, hint: "Convert the tensor to one of these." },
  );
}

/**
 * Elements of a floating-point tensor as numbers.
 * @param dataType TensorProto.DataType; float32 by default
 * @throws BananaError ONNX_UNSUPPORTED
 */
export function toFloats(
  bytes: Uint8Array,
  dataType: number = DATA_TYPE.float,
  where = "tensor",
): Float32Array {
  const type = floatType(dataType, where);
  const count = Math.floor(bytes.length / type.bytes);
  // A copy of the bytes alone: they may lie anywhere in a file. The slice of a Node Buffer is none.
  if (dataType === DATA_TYPE.float)
    return new Float32Array(new Uint8Array(bytes.subarray(0, 4 * count)).buffer);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const numbers = new Float32Array(count);
  for (let i = 0; i < count; i++) numbers[i] = type.read(view, type.bytes * i);
  return numbers;
}

/** Numbers as the elements of a floating-point tensor, each rounded once. */
export function fromFloats(numbers: ArrayLike<number>, dataType: number, where: string): Uint8Array {
  const type = floatType(dataType, where);
  const bytes = new Uint8Array(numbers.length * type.bytes);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < numbers.length; i++) type.write(view, type.bytes * i, numbers[i]!);
  return bytes;
}

/** IEEE 754 binary16 as a number. */
function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** The nearest binary16, ties to even, from a double in one rounding. */
function toHalf(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size >= 65520) return sign | 0x7c00;
  const exponent = size < 2 ** -14 ? -14 : Math.floor(Math.log2(size));
  const step = 2 ** ((2 ** exponent > size && exponent > -14 ? exponent - 1 : exponent) - 10);
  const steps = size / step + 2 ** 52 - 2 ** 52;
  // Whole steps of a binade run on into the next one, as the bits of the encoding do.
  const binade = Math.round(Math.log2(step)) + 24;
  return sign | (binade * 1024 + steps);
}

/** The nearest bfloat16, ties to even, of the value as float32. */
function toBrainFloat(value: number): number {
  if (Number.isNaN(value)) return 0x7fc0;
  room.setFloat32(0, value);
  const bits = room.getUint32(0);
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}
