import type { Tensor } from "./dtype.js";
import { cutData, cutHeader, headerLength, parseHeader, wrongEnd } from "./header.js";

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
  const length = headerLength(bytes, label);
  if (8 + length > bytes.length) throw cutHeader(length, bytes.length, label);
  const { metadata, entries } = parseHeader(bytes.subarray(8, 8 + length), label);
  const data = bytes.subarray(8 + length);
  const tensors = new Map<string, Tensor>();
  for (const { name, dtype, shape, begin, end } of entries) {
    if (end > data.length) throw cutData(name, end, data.length, label);
    tensors.set(name, { dtype, shape, data: data.subarray(begin, end) });
  }
  const end = entries.at(-1)?.end ?? 0;
  if (end !== data.length) throw wrongEnd(end, data.length, label);
  return { metadata, tensors };
}
