import { BananaError } from "../errors/banana-error.js";
import { parseJson } from "../json.js";
import { LIMITS } from "../limits.js";
import { DTYPE_BYTES, type Dtype } from "./dtype.js";

/** A tensor as the header names it; `begin` and `end` are byte offsets in the data. */
export interface TensorEntry {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: number[];
  readonly begin: number;
  readonly end: number;
}

/** What the header says. */
export interface SafetensorsHeader {
  readonly metadata: Readonly<Record<string, string>>;
  /** In the order of the data, which they cover without a gap. */
  readonly entries: readonly TensorEntry[];
}

/**
 * Bytes of the header, from a file's first bytes.
 * @throws BananaError SAFETENSORS_INVALID
 */
export function headerLength(start: Uint8Array, label: string): number {
  if (start.length < 8) throw invalid(`expected at least 8 bytes, found ${start.length}`, label);
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  const length = Number(view.getBigUint64(0, true));
  if (length > LIMITS.safetensorsHeaderBytes)
    throw invalid(
      `expected a header of at most ${LIMITS.safetensorsHeaderBytes} bytes, found ${length}`,
      label,
    );
  return length;
}

/**
 * Reads the header's JSON: each entry on its own, and that they follow each other.
 * @throws BananaError SAFETENSORS_INVALID, JSON_INVALID
 */
export function parseHeader(bytes: Uint8Array, label: string): SafetensorsHeader {
  if (bytes[0] !== 0x7b) throw invalid("expected the header to begin with {", label);
  const header = parseJson(bytes, `${label} (header)`, LIMITS.safetensorsHeaderBytes);
  if (typeof header !== "object" || header === null || Array.isArray(header))
    throw invalid("expected an object as header", label);
  let metadata: Readonly<Record<string, string>> = {};
  const entries: TensorEntry[] = [];
  for (const [name, value] of Object.entries(header)) {
    const fail = (message: string): never => {
      throw invalid(message, `${label}: ${name}`);
    };
    if (name === "__metadata__") metadata = readMetadata(value, fail);
    else entries.push(readEntry(name, value, fail));
  }
  if (entries.length > LIMITS.adapterTensors)
    throw invalid(`expected at most ${LIMITS.adapterTensors} tensors, found ${entries.length}`, label);
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let offset = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== offset)
      throw invalid(
        `expected data offsets to follow each other: ${offset} after the tensor before, found ${begin}`,
        `${label}: ${name}`,
      );
    offset = end;
  }
  return { metadata, entries };
}

/** The header goes on after the file's end. */
export function cutHeader(length: number, found: number, label: string): BananaError {
  return invalid(`expected ${8 + length} bytes for the header, found ${found}: the file is cut short`, label);
}

/** A tensor goes on after the file's end. */
export function cutData(name: string, end: number, found: number, label: string): BananaError {
  return invalid(
    `expected data up to byte ${end}, found ${found} bytes: the file is cut short`,
    `${label}: ${name}`,
  );
}

/** The data goes on after the last tensor. */
export function wrongEnd(expected: number, found: number, label: string): BananaError {
  return invalid(`expected ${expected} bytes of data, found ${found}`, label);
}

function invalid(message: string, where: string): BananaError {
  return new BananaError("SAFETENSORS_INVALID", message, {
    where,
    hint: "Write the file again with a safetensors library, or fetch it again.",
  });
}

function readEntry(name: string, value: unknown, fail: (message: string) => never) {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Record<string, unknown>;
  if (typeof dtype !== "string" || !Object.hasOwn(DTYPE_BYTES, dtype))
    return fail(`expected a type of ${Object.keys(DTYPE_BYTES).join(", ")}, found ${JSON.stringify(dtype)}`);
  if (!Array.isArray(shape) || !shape.every(isSize))
    return fail(`expected a shape of whole numbers, found ${JSON.stringify(shape)}`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize))
    return fail(`expected two data_offsets, found ${JSON.stringify(offsets)}`);
  const [begin, end] = offsets as [number, number];
  let size: number = DTYPE_BYTES[dtype as Dtype];
  for (const length of shape as number[]) {
    size *= length;
    if (!Number.isSafeInteger(size))
      return fail(`expected a tensor that fits into memory, found shape ${JSON.stringify(shape)}`);
  }
  if (end - begin !== size)
    return fail(`expected ${size} bytes for ${dtype} ${JSON.stringify(shape)}, found ${end - begin}`);
  return { name, dtype: dtype as Dtype, shape: shape as number[], begin, end };
}

/** Keeps every key as an own property, also `__proto__`. */
function readMetadata(value: unknown, fail: (message: string) => never): Record<string, string> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return fail(`expected an object of text, found ${JSON.stringify(value).slice(0, 80)}`);
  for (const [key, text] of Object.entries(value))
    if (typeof text !== "string") fail(`expected text for the key ${key}, found ${typeof text}`);
  return Object.fromEntries(Object.entries(value));
}

function isSize(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
