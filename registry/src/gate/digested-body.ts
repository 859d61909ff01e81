/** Bytes of a SHA-512. */
export const DIGEST_BYTES = 64;
/** What a request says in place of its tarball's digest when that comes behind the tarball. */
export const AT_END = "at-end";

/** A body that is a tarball with its SHA-512 behind it, told apart while it comes in. */
export class DigestedBody {
  readonly #tarballBytes: number;
  readonly #digest = Buffer.alloc(DIGEST_BYTES);
  #seen = 0;

  /** @param bytes of the whole body, at least DIGEST_BYTES; no more than these may come */
  constructor(bytes: number) {
    this.#tarballBytes = bytes - DIGEST_BYTES;
  }

  /** The tarball's bytes, as they come in. */
  async *tarball(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of body) {
      const left = Math.max(0, this.#tarballBytes - this.#seen);
      if (left > 0) yield chunk.subarray(0, left);
      if (chunk.length > left) this.#digest.set(chunk.subarray(left), this.#seen + left - this.#tarballBytes);
      this.#seen += chunk.length;
    }
  }

  /** The digest behind the tarball, `sha512-<base64>`, once that was read. */
  get integrity(): string {
    return `sha512-${this.#digest.toString("base64")}`;
  }
}
