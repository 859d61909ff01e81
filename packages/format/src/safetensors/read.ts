import { BananaError } from "../errors/banana-error.js";
import { parseJson } from "../json.js";
import { LIMITS } from "../limits.js";
import { DTYPE_BYTES, type Dtype, type Tensor } from "./dtype.js";

/** A parsed safetensors file. */
export interface Safetensors {
  readonly metadata: Readonly<Record<string, string>>;
  /** By name, in the order of the data. */
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/**
 * Reads a whole safetensors file; the tensors are views of `bytes`. As strict as the reference implementation
 * (huggingface/safetensors, lib.rs `SafeTensors::deserialize`), and stricter on keys that appear twice.
 * @param label name of the file for messages
 * @throws BananaError SAFETENSORS_INVALID, JSON_INVALID
 */
export function readSafetensors(bytes: Uint8Array, label: string): Safetensors {
  const fail = (message: string, where = label): never => {
    throw new BananaError("SAFETENSORS_INVALID", message, {
      where,
      hint: "Write the file again with a safetensors library, or fetch it again.",
    });
  };
  if (bytes.length < 8) fail(`expected at least 8 bytes, found ${bytes.length}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerBytes = Number(view.getBigUint64(0, true));
  if (headerBytes > LIMITS.safetensorsHeaderBytes)
    fail(`expected a header of at most ${LIMITS.safetensorsHeaderBytes} bytes, found ${headerBytes}`);
  if (8 + headerBytes > bytes.length)
    fail(`expected ${8 + headerBytes} bytes for the header, found ${bytes.length}: the file is cut short`);
  if (bytes[8] !== 0x7b) fail("expected the header to begin with {");
  const header = parseJson(
    bytes.subarray(8, 8 + headerBytes),
    `${label} (header)`,
    LIMITS.safetensorsHeaderBytes,
  );
  if (typeof header !== "object" || header === null || Array.isArray(header))
    return fail("expected an object as header");

  let metadata: Readonly<Record<string, string>> = {};
  const entries: { name: string; dtype: Dtype; shape: number[]; begin: number; end: number }[] = [];
  for (const [name, value] of Object.entries(header)) {
    if (name === "__metadata__") {
      metadata = readMetadata(value, (message) => fail(message, `${label}: __metadata__`));
      continue;
    }
    entries.push(readEntry(name, value, (message) => fail(message, `${label}: ${name}`)));
  }
  if (entries.length > LIMITS.adapterTensors)
    fail(`expected at most ${LIMITS.adapterTensors} tensors, found ${entries.length}`);
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  const data = bytes.subarray(8 + headerBytes);
  const tensors = new Map<string, Tensor>();
  let offset = 0;
  for (const { name, dtype, shape, begin, end } of entries) {
    if (begin !== offset)
      fail(
        `expected data offsets to follow each other: ${offset} after the tensor before, found ${begin}`,
        `${label}: ${name}`,
      );
    if (end > data.length)
      fail(
        `expected data up to byte ${end}, found ${data.length} bytes: the file is cut short`,
        `${label}: ${name}`,
      );
    tensors.set(name, { dtype, shape, data: data.subarray(begin, end) });
    offset = end;
  }
  if (offset !== data.length) fail(`expected ${offset} bytes of data, found ${data.length}`);
  return { metadata, tensors };
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
