import { isBananaError } from "@banana-peel/format";
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { bound, invalid } from "../errors.js";

/** One field of a message as it lies in the file. */
export interface WireField {
  readonly no: number;
  readonly type: WireType;
  /** Tag and value, a view of the file's bytes. */
  readonly raw: Uint8Array;
  /** The payload of a length-delimited field, else the encoded value: a view of the file's bytes. */
  readonly value: Uint8Array;
}

/**
 * The fields of a message in the order of the file (https://protobuf.dev/programming-guides/encoding). Nothing is
 * copied. Time and memory are linear in `bytes`, whatever they hold.
 * @throws BananaError ONNX_INVALID when the bytes are no message, ONNX_LIMIT
 */
export function wireFields(bytes: Uint8Array, where: string): WireField[] {
  const reader = new BinaryReader(bytes);
  const fields: WireField[] = [];
  try {
    while (reader.pos < reader.len) {
      const start = reader.pos;
      const [no, type] = reader.tag();
      const value = type === WireType.LengthDelimited ? reader.bytes() : reader.skip(type, no);
      bound("fields", fields.length + 1, where);
      fields.push({ no, type, raw: bytes.subarray(start, reader.pos), value });
    }
  } catch (cause) {
    if (isBananaError(cause)) throw cause;
    throw invalid(
      where,
      `expected a protobuf message, found broken bytes near byte ${reader.pos} of ${bytes.length}`,
      cause,
    );
  }
  return fields;
}

/** The payload of a field that must be length-delimited (bytes, text or a message). */
export function payload(field: WireField, where: string): Uint8Array {
  if (field.type !== WireType.LengthDelimited)
    throw invalid(where, `expected bytes in field ${field.no}, found wire type ${field.type}`);
  return field.value;
}

/** A name: UTF-8 of at most ONNX_LIMITS.nameBytes bytes. */
export function name(field: WireField, where: string): string {
  const bytes = payload(field, where);
  bound("nameBytes", bytes.length, where);
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw invalid(where, `expected UTF-8 in field ${field.no}`, cause);
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** An int32, int64 or enum that a double holds exactly. */
export function integer(field: WireField, where: string): number {
  if (field.type !== WireType.Varint)
    throw invalid(where, `expected a number in field ${field.no}, found wire type ${field.type}`);
  return varint(new BinaryReader(field.value), where);
}

/** The numbers of a repeated int32 or int64 field: packed or one at a time. `most` bounds how many. */
export function integers(field: WireField, where: string, most: number): number[] {
  const packed = field.type !== WireType.Varint;
  const reader = new BinaryReader(packed ? payload(field, where) : field.value);
  const numbers: number[] = [];
  while (reader.pos < reader.len) {
    if (numbers.length >= most) throw invalid(where, `expected at most ${most} numbers, found more`);
    numbers.push(varint(reader, where));
  }
  return numbers;
}

function varint(reader: BinaryReader, where: string): number {
  let number: number;
  try {
    number = Number(reader.int64());
  } catch (cause) {
    throw invalid(where, "expected a number, found broken bytes", cause);
  }
  if (!Number.isSafeInteger(number)) throw invalid(where, `expected a number within 2^53, found ${number}`);
  return number;
}

/** Throws ONNX_INVALID when a field that may stand once stands twice: readers differ in which one they take. */
export function once<T>(current: T | undefined, value: T, what: string, where: string): T {
  if (current !== undefined) throw invalid(where, `expected one ${what}, found two`);
  return value;
}
