import { BananaError, isSafePath } from "@banana-peel/format";
import { WireType } from "@bufbuild/protobuf/wire";
import { bound, invalid } from "../errors.js";
import { ONNX_LIMITS } from "../limits.js";
import { ENTRY, TENSOR } from "../proto/fields.js";
import { integer, integers, name, once, payload, type WireField, wireFields } from "../proto/wire.js";
import { dataTypeBytes, dataTypeName } from "./data-type.js";
import type { ExternalData, OnnxTensor, TensorData } from "./types.js";

/** Reads a TensorProto; its elements stay where they are. `bytes` is a view of the model. */
export function readTensor(bytes: Uint8Array, where: string): OnnxTensor {
  const dims: number[] = [];
  const floats: WireField[] = [];
  const int32s: WireField[] = [];
  const entries = new Map<string, string>();
  let tensorName: string | undefined;
  let dataType: number | undefined;
  let raw: Uint8Array | undefined;
  let location: number | undefined;
  for (const field of wireFields(bytes, where)) {
    if (field.no === TENSOR.dims) {
      dims.push(...integers(field, where, ONNX_LIMITS.dimensions));
      bound("dimensions", dims.length, where);
    } else if (field.no === TENSOR.dataType)
      dataType = once(dataType, integer(field, where), "data_type", where);
    else if (field.no === TENSOR.name) tensorName = once(tensorName, name(field, where), "name", where);
    else if (field.no === TENSOR.rawData) raw = once(raw, payload(field, where), "raw_data", where);
    else if (field.no === TENSOR.floatData) floats.push(field);
    else if (field.no === TENSOR.int32Data) int32s.push(field);
    else if (field.no === TENSOR.dataLocation)
      location = once(location, integer(field, where), "data_location", where);
    else if (field.no === TENSOR.externalData) {
      readEntry(payload(field, where), entries, where);
      bound("externalEntries", entries.size, where);
    }
  }
  const label = tensorName === undefined ? where : `${where}: ${tensorName}`;
  if (dataType === undefined) throw invalid(label, "expected a data type, found none");
  const { count, size } = measure(dims, dataType, label);
  const forms = [raw !== undefined, floats.length > 0, int32s.length > 0, location === 1];
  if (forms.filter(Boolean).length > 1)
    throw invalid(label, "expected the elements in one place, found them in several");
  let data: TensorData = { kind: "other" };
  if (location === 1) data = { kind: "external", external: readExternal(entries, size, label) };
  else if (raw !== undefined) {
    if (size !== undefined && raw.length !== size)
      throw invalid(
        label,
        `expected ${size} bytes of raw_data for ${shape(dataType, dims)}, found ${raw.length}`,
      );
    data = { kind: "raw", bytes: raw };
  } else if (floats.length > 0)
    data = { kind: "float", pieces: floats.map((field) => floatPiece(field, label)) };
  else if (int32s.length > 0) data = { kind: "int32", numbers: int32Numbers(int32s, count, label) };
  else if (count === 0) data = { kind: "raw", bytes: bytes.subarray(0, 0) };
  return { name: tensorName ?? "", dataType, dims, count, data };
}

function measure(dims: readonly number[], dataType: number, where: string) {
  let count = 1;
  for (const dim of dims) {
    if (dim < 0) throw invalid(where, `expected sizes of at least 0, found ${shape(dataType, dims)}`);
    count *= dim;
    bound("tensorBytes", count, `${where} ${shape(dataType, dims)}`);
  }
  const size = dataTypeBytes(dataType, count);
  if (size !== undefined) bound("tensorBytes", size, `${where} ${shape(dataType, dims)}`);
  return { count, size };
}

/** For messages: `int8 [256,1024]`. */
function shape(dataType: number, dims: readonly number[]): string {
  return `${dataTypeName(dataType)} [${dims.join(",")}]`;
}

function floatPiece(field: WireField, where: string): Uint8Array {
  const packed = field.type === WireType.LengthDelimited;
  if ((!packed && field.type !== WireType.Bit32) || field.value.length % 4 !== 0)
    throw invalid(where, "expected float_data of whole floats");
  return field.value;
}

/** The numbers of int32_data. More than one an element is refused; 4-bit types have fewer. */
function int32Numbers(fields: readonly WireField[], count: number, where: string): number[] {
  const numbers: number[] = [];
  // A number has at least one byte.
  bound(
    "int32Numbers",
    Math.min(
      count,
      fields.reduce((sum, { value }) => sum + value.length, 0),
    ),
    where,
  );
  for (const field of fields)
    for (const number of integers(field, where, count - numbers.length)) numbers.push(number);
  return numbers;
}

function readEntry(bytes: Uint8Array, entries: Map<string, string>, where: string): void {
  let key: string | undefined;
  let value: string | undefined;
  for (const field of wireFields(bytes, where)) {
    if (field.no === ENTRY.key) key = name(field, where);
    else if (field.no === ENTRY.value) value = name(field, where);
  }
  if (key === undefined || entries.has(key))
    throw invalid(where, `expected each key of external_data once, found ${key ?? "one without a name"}`);
  entries.set(key, value ?? "");
}

/** The place of external data (https://onnx.ai/onnx/repo-docs/ExternalData.html), refused unless plainly inside. */
function readExternal(
  entries: ReadonlyMap<string, string>,
  size: number | undefined,
  where: string,
): ExternalData {
  const named = entries.get("location") ?? "";
  const location = named.replace(/^(?:\.\/)+/, "");
  if (!isSafePath(location))
    throw new BananaError(
      "ONNX_LOCATION",
      `expected a relative path of plain characters inside the model's folder, found ${JSON.stringify(named)}`,
      { where, hint: "Save the model again with its external data in one file beside it." },
    );
  const offset = decimal(entries.get("offset"), "offset", where) ?? 0;
  const length = decimal(entries.get("length"), "length", where) ?? size;
  if (length === undefined) throw invalid(where, "expected the length of the external data, found none");
  if (size !== undefined && length !== size)
    throw invalid(where, `expected ${size} bytes of external data by type and shape, found length ${length}`);
  bound("tensorBytes", offset + length, where);
  return { location, offset, length };
}

function decimal(text: string | undefined, key: string, where: string): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^[0-9]{1,16}$/.test(text) || !Number.isSafeInteger(value))
    throw invalid(where, `expected ${key} as a whole number of bytes, found ${JSON.stringify(text)}`);
  return value;
}
