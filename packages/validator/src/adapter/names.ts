/** What a tensor of a canonical adapter is, by its name. */
export type TensorRole =
  | { kind: "a" | "b"; path: string }
  | { kind: "embedding"; word: string }
  | { kind: "unknown" };

const PAIR = /^([A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)\.lora_([AB])\.weight$/;
const EMBEDDING = /^trigger\.([a-z0-9]+(?:-[a-z0-9]+)*)\.embedding$/;
const MAX_MODULE_PATH = 512;

/** Specification: docs/specification/peel.md, Canonical names. */
export function tensorRole(name: string): TensorRole {
  const word = EMBEDDING.exec(name)?.[1];
  if (word !== undefined) return { kind: "embedding", word };
  const [, path, side] = PAIR.exec(name) ?? [];
  if (path === undefined || path.length > MAX_MODULE_PATH) return { kind: "unknown" };
  return { kind: side === "A" ? "a" : "b", path };
}

/** The name of a target's tensor. */
export function tensorName(path: string, kind: "a" | "b"): string {
  return `${path}.lora_${kind.toUpperCase()}.weight`;
}
