import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { BaseCard } from "@banana-peel/format";
import type { BaseFiles } from "../base/types.js";

const VECTORS = new URL("../../../conformance/vectors/", import.meta.url);

/** A JSON file under packages/conformance/vectors. */
export function vectorJson<T>(path: string): T {
  return JSON.parse(readFileSync(new URL(path, VECTORS), "utf8")) as T;
}

/** Folder of a tiny base. */
export function baseFolder(form: string): string {
  return fileURLToPath(new URL(`merge/${form}`, VECTORS));
}

/** A tiny base in memory, as a browser would open it; `files` may be changed. */
export function memoryBase(
  form: string,
  folder: "merge" | "forms" | "exported/forms" = "merge",
): BaseFiles & { card: BaseCard; files: Map<string, Uint8Array> } {
  const card = vectorJson<BaseCard>(`${folder}/${form}/base.json`);
  const files = new Map(
    card.files.map(({ path }) => [
      path,
      new Uint8Array(readFileSync(new URL(`${folder}/${form}/${path}`, VECTORS))),
    ]),
  );
  return {
    card,
    files,
    async readFile(path) {
      const bytes = files.get(path);
      if (bytes === undefined) throw new Error(`no ${path}`);
      return bytes;
    },
  };
}

/** Bytes of base64 text. */
export function fromBase64(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "base64"));
}

/** float32 elements of base64 text. */
export function floats(text: string): Float32Array {
  return new Float32Array(fromBase64(text).buffer);
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
