import { BananaError } from "@banana-peel/format";
import { invalid } from "../errors.js";
import { DATA_TYPE, dataTypeName } from "./data-type.js";
import type { ExternalData, OnnxTensor } from "./types.js";

/** Gives the bytes of external data; asked for exactly `length` bytes from `offset` of `location`. */
export type ReadExternal = (external: ExternalData) => Promise<Uint8Array>;

/**
 * The elements of a tensor, little-endian and row-major, wherever the model keeps them: raw_data (a view),
 * float_data, int32_data or external data.
 * @throws BananaError ONNX_INVALID when they don't fill the shape, ONNX_UNSUPPORTED for other fields
 */
export async function readElements(tensor: OnnxTensor, readExternal: ReadExternal): Promise<Uint8Array> {
  const { data } = tensor;
  if (data.kind !== "external") return embeddedElements(tensor);
  const bytes = await readExternal(data.external);
  if (bytes.length !== data.external.length)
    throw invalid(
      `${data.external.location}: ${tensor.name}`,
      `expected ${data.external.length} bytes from byte ${data.external.offset}, found ${bytes.length}: the file is cut short`,
    );
  return bytes;
}

function embeddedElements(tensor: OnnxTensor): Uint8Array {
  const { data, name, count } = tensor;
  if (data.kind === "raw") return data.bytes;
  if (data.kind === "float" && tensor.dataType === 1) {
    const bytes = concat(data.pieces);
    if (bytes.length !== 4 * count)
      throw invalid(name, `expected ${count} numbers in float_data, found ${bytes.length / 4}`);
    return bytes;
  }
  if (data.kind === "int32") return fromInt32s(tensor, data.numbers);
  throw new BananaError(
    "ONNX_UNSUPPORTED",
    `expected the elements of ${dataTypeName(tensor.dataType)} in raw_data, float_data, int32_data or external data, found another field`,
    { where: name, hint: "Save the model again with raw_data or external data." },
  );
}

function concat(pieces: readonly Uint8Array[]): Uint8Array {
  if (pieces.length === 1) return pieces[0]!;
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let offset = 0;
  for (const piece of pieces) {
    bytes.set(piece, offset);
    offset += piece.length;
  }
  return bytes;
}

const INT32_RANGES = new Map<number, { bytes: 1 | 2 | 4; min: number; max: number }>([
  [2, { bytes: 1, min: 0, max: 255 }],
  [3, { bytes: 1, min: -128, max: 127 }],
  [4, { bytes: 2, min: 0, max: 65535 }],
  [5, { bytes: 2, min: -32768, max: 32767 }],
  [6, { bytes: 4, min: -(2 ** 31), max: 2 ** 31 - 1 }],
  [9, { bytes: 1, min: 0, max: 1 }],
  [10, { bytes: 2, min: 0, max: 65535 }],
  [16, { bytes: 2, min: 0, max: 65535 }],
  [21, { bytes: 1, min: 0, max: 255 }],
  [22, { bytes: 1, min: -128, max: 255 }],
]);

/**
 * int32_data holds one element a number, also where the type is narrower; of 4-bit types one packed byte a number
 * (onnx.proto, TensorProto).
 */
function fromInt32s(tensor: OnnxTensor, numbers: readonly number[]): Uint8Array {
  const range = INT32_RANGES.get(tensor.dataType);
  if (range === undefined)
    throw invalid(tensor.name, `expected no int32_data for ${dataTypeName(tensor.dataType)}, found some`);
  const packed = tensor.dataType === DATA_TYPE.uint4 || tensor.dataType === DATA_TYPE.int4;
  const expected = packed ? Math.ceil(tensor.count / 2) : tensor.count;
  if (numbers.length !== expected)
    throw invalid(tensor.name, `expected ${expected} numbers in int32_data, found ${numbers.length}`);
  const bytes = new Uint8Array(numbers.length * range.bytes);
  const view = new DataView(bytes.buffer);
  numbers.forEach((number, i) => {
    if (number < range.min || number > range.max)
      throw invalid(
        tensor.name,
        `expected int32_data within [${range.min}, ${range.max}] for ${dataTypeName(tensor.dataType)}, found ${number}`,
      );
    if (range.bytes === 1) view.setInt8(i, number);
    else if (range.bytes === 2) view.setInt16(2 * i, number, true);
    else view.setInt32(4 * i, number, true);
  });
  return bytes;
}
