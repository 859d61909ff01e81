import { BananaError } from "./errors/banana-error.js";
import type { BaseCard } from "./generated/base.js";

/** Lower-case hexadecimal of bytes. */
export function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}

/**
 * Bytes of lower-case hexadecimal text.
 * @throws BananaError INPUT_INVALID for an odd length or another character
 */
export function fromHex(text: string): Uint8Array {
  if (!/^(?:[0-9a-f]{2})*$/.test(text))
    throw new BananaError(
      "INPUT_INVALID",
      `expected pairs of lower-case hexadecimal digits, found ${JSON.stringify(text.slice(0, 80))}`,
      { hint: "Is this a digest? It is cut off, or in another notation." },
    );
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/** Node's hash in one call, where this is Node. */
const hashAtOnce = globalThis.process?.getBuiltinModule?.("node:crypto")?.hash;
/** Bytes up to which hashing at once is quicker than the way to another thread, and too short to be felt. */
const AT_ONCE = 1024 * 1024;

/**
 * WebCrypto, by which digests and signatures are made and checked.
 * @throws BananaError INPUT_INVALID where there is none
 */
export function webCrypto(): SubtleCrypto {
  const { crypto } = globalThis as { crypto?: Partial<Crypto> };
  if (crypto?.subtle !== undefined) return crypto.subtle;
  throw new BananaError("INPUT_INVALID", "expected crypto.subtle, found none", {
    where: "globalThis.crypto.subtle",
    hint: "Browsers give it to secure contexts only: serve the page over HTTPS, or open it from localhost.",
  });
}

/** SHA-256 (FIPS 180-4) of bytes, in lower-case hexadecimal. Runs in browsers and Node. @throws BananaError as webCrypto */
export async function sha256Hex(bytes: Uint8Array): Promise<string> {
  if (hashAtOnce !== undefined && bytes.length <= AT_ONCE) return hashAtOnce("sha256", bytes, "hex");
  return toHex(new Uint8Array(await webCrypto().digest("SHA-256", bytes as Uint8Array<ArrayBuffer>)));
}

/**
 * The digest that names a base's exact weights: SHA-256 over the lines `<sha256 hex>  <path>\n` of every file on
 * the card, sorted by path's code units; the text that `sha256sum` prints, so anyone can make it.
 * Specification: docs/specification/base.md, Digest.
 * @returns `sha256:` and 64 hexadecimal digits
 */
export async function baseDigest(card: Pick<BaseCard, "files">): Promise<string> {
  const lines = [...card.files]
    .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
    .map((file) => `${file.sha256}  ${file.path}\n`);
  return `sha256:${await sha256Hex(new TextEncoder().encode(lines.join("")))}`;
}
