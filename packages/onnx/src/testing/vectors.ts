import { readFileSync } from "node:fs";

const VECTORS = new URL("../../../conformance/vectors/", import.meta.url);

/** Bytes of a file under packages/conformance/vectors. */
export function vectorBytes(path: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(path, VECTORS)));
}

/** A JSON file under packages/conformance/vectors. */
export function vectorJson<T>(path: string): T {
  return JSON.parse(readFileSync(new URL(path, VECTORS), "utf8")) as T;
}

/** Bytes of base64 text. */
export function fromBase64(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "base64"));
}

/** The forms of tiny bases under merge/. */
export const FORMS = [
  "tensor-int8",
  "channel-int8",
  "channel-uint8",
  "tensor-uint8",
  "reduced-range",
  "int32-data",
  "float-activations",
] as const;
