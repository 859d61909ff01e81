/** Bytes that are copied at once: less than a millisecond. */
export const SLICE = 4 * 1024 * 1024;

/**
 * Bytes as another thread takes them. A message copies what it holds in one go, on the sender's thread, and with all of
 * the buffer under a view; so large ones are copied into shared memory first, a slice at a time.
 */
export async function toShared(bytes: Uint8Array): Promise<Uint8Array> {
  if (bytes.buffer instanceof SharedArrayBuffer) return bytes;
  if (bytes.length <= SLICE) return bytes.length === bytes.buffer.byteLength ? bytes : bytes.slice();
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  for (let at = 0; at < bytes.length; at += SLICE) {
    shared.set(bytes.subarray(at, at + SLICE), at);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return shared;
}

/** Bytes that native code takes: not every version of onnxruntime's binding reads shared memory. */
export function fromShared(bytes: Uint8Array): Uint8Array {
  return bytes.buffer instanceof SharedArrayBuffer ? bytes.slice() : bytes;
}
