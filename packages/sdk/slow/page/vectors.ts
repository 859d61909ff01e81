import { readSafetensors, toFloat32 } from "@banana-peel/format";

async function fetched(path: string): Promise<Response> {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response;
}

/** A JSON file of the server. */
export async function fetchJson<T>(path: string): Promise<T> {
  return (await fetched(path)).json() as Promise<T>;
}

/** The float32 tensors of a safetensors file of the server. */
export async function fetchSafetensors(
  path: string,
): Promise<Map<string, { values: Float32Array; shape: number[] }>> {
  const { tensors } = readSafetensors(new Uint8Array(await (await fetched(path)).arrayBuffer()), path);
  return new Map(
    [...tensors].map(([name, tensor]) => [name, { values: toFloat32(tensor)!, shape: [...tensor.shape] }]),
  );
}

/** Bytes of base64 text. */
export function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

/** float32 elements of base64 text. */
export function floats(text: string): Float32Array {
  return new Float32Array(fromBase64(text).buffer);
}

/** Lower-case hexadecimal. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>);
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
