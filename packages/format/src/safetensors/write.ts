import { DTYPE_BYTES, elementCount, type Tensor } from "./dtype.js";

/**
 * Writes a safetensors file: tensors by descending element size and then by name (as the reference
 * implementation orders them, so that every tensor is aligned), the header padded with spaces to 8 bytes.
 * The same tensors and metadata give the same bytes.
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const ordered = [...tensors].sort(
    ([a, x], [b, y]) => DTYPE_BYTES[y.dtype] - DTYPE_BYTES[x.dtype] || (a < b ? -1 : a > b ? 1 : 0),
  );
  const header: [string, unknown][] = [];
  const keys = Object.keys(metadata).sort();
  if (keys.length > 0)
    header.push(["__metadata__", Object.fromEntries(keys.map((key) => [key, metadata[key]]))]);
  let offset = 0;
  for (const [name, tensor] of ordered) {
    const size = elementCount(tensor.shape) * DTYPE_BYTES[tensor.dtype];
    if (size !== tensor.data.length)
      throw new RangeError(`${name}: ${size} bytes by shape, ${tensor.data.length} given`);
    header.push([name, { dtype: tensor.dtype, shape: tensor.shape, data_offsets: [offset, offset + size] }]);
    offset += size;
  }
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const padded = Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(8 + padded + offset).fill(0x20, 8, 8 + padded);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.set(text, 8);
  let position = 8 + padded;
  for (const [, tensor] of ordered) {
    bytes.set(tensor.data, position);
    position += tensor.data.length;
  }
  return bytes;
}
