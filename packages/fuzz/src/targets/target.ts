import type { Random } from "../random.js";

/** One reader of strangers' bytes. */
export interface FuzzTarget {
  readonly name: string;
  /** Valid inputs to begin with. */
  seeds(): Promise<readonly Uint8Array[]>;
  /** An input in which something is wrong. */
  mutate(sample: Uint8Array, random: Random, other: Uint8Array): Promise<Uint8Array> | Uint8Array;
  /** Reads an input; may throw a BananaError and nothing else. */
  read(input: Uint8Array): unknown;
}

export const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
/** Any bytes as text, as a reader that doesn't check would take them. */
export const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
