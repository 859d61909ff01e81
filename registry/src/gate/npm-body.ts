import { BananaError } from "@banana-peel/format";
import { Base64Decoder } from "./base64.js";

/** Bytes of a publish document without the tarball: the manifest twice and the README, in JSON. */
export const DOCUMENT_BYTES = 16 * 1024 * 1024;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = new Set([0x7b, 0x5b]);
const CLOSE = new Set([0x7d, 0x5d]);
const COLON = 0x3a;
const COMMA = 0x2c;

/** One object or array around the place that is read. */
interface Level {
  /** The member that is being read, in an object. */
  key: string | undefined;
  /** True where the next string is a member's name. */
  atKey: boolean;
  readonly isObject: boolean;
}

/**
 * Takes npm's publish document apart while it comes in: the tarball, in base64 at `_attachments.<file>.data`, is handed
 * out decoded, chunk by chunk; the rest is kept, with an empty text in the tarball's place.
 * Only the place of strings is looked at here; whether the rest is JSON is `JSON.parse`'s to say.
 */
export class NpmBody {
  readonly #kept: Buffer[] = [];
  #keptBytes = 0;
  readonly #levels: Level[] = [];
  #text: number[] | undefined;
  #escaped = false;
  #decoder: Base64Decoder | undefined;
  #attachments = 0;
  /** Bytes of the tarball that `tarball` has handed out. */
  tarballBytes = 0;

  /**
   * The tarball of a body.
   * @throws BananaError PUBLISH_INVALID, FILE_TOO_LARGE, and what the body throws
   */
  async *tarball(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of body)
      for (const piece of this.#take(chunk)) {
        this.tarballBytes += piece.length;
        yield piece;
      }
    if (this.#decoder !== undefined) throw invalid("expected the body to go on, found its end");
  }

  /** The document without the tarball. */
  rest(): Buffer {
    return Buffer.concat(this.#kept);
  }

  *#take(chunk: Uint8Array): Generator<Uint8Array, void, undefined> {
    let from = 0;
    for (let at = 0; at < chunk.length; at++) {
      if (this.#decoder !== undefined) {
        const quote = chunk.indexOf(QUOTE, at);
        const end = quote === -1 ? chunk.length : quote;
        yield this.#decoder.take(chunk.subarray(at, end));
        at = end;
        from = end;
        if (quote === -1) return;
        yield this.#decoder.end();
        this.#decoder = undefined;
        continue;
      }
      const byte = chunk[at]!;
      if (this.#text !== undefined) this.#inText(byte);
      else if (byte === QUOTE) {
        this.#text = [];
        if (this.#isTarball()) {
          this.#text = undefined;
          if (++this.#attachments > 1) throw invalid("expected one entry in _attachments, found more");
          this.#decoder = new Base64Decoder();
          this.#keep(chunk.subarray(from, at + 1));
          from = at + 1;
        }
      } else this.#outside(byte);
    }
    this.#keep(chunk.subarray(from));
  }

  #inText(byte: number): void {
    const level = this.#levels.at(-1);
    if (this.#escaped) this.#escaped = false;
    else if (byte === BACKSLASH) this.#escaped = true;
    else if (byte === QUOTE) {
      if (level?.atKey) level.key = parseKey(this.#text!);
      this.#text = undefined;
      return;
    }
    // Only names matter, and only near the top; a long one is none of those looked for.
    if (level?.atKey && this.#levels.length <= 3 && this.#text!.length < 1024) this.#text!.push(byte);
  }

  #outside(byte: number): void {
    const level = this.#levels.at(-1);
    if (OPEN.has(byte)) {
      const isObject = byte === 0x7b;
      this.#levels.push({ key: undefined, atKey: isObject, isObject });
      if (this.#levels.length > MAX_DEPTH) throw invalid(`expected at most ${MAX_DEPTH} levels, found more`);
    } else if (CLOSE.has(byte)) this.#levels.pop();
    else if (byte === COLON && level !== undefined) level.atKey = false;
    else if (byte === COMMA && level !== undefined) level.atKey = level.isObject;
  }

  #isTarball(): boolean {
    const [top, , entry] = this.#levels;
    return (
      this.#levels.length === 3 &&
      top!.key === "_attachments" &&
      entry!.key === "data" &&
      !entry!.atKey &&
      this.#levels.every(({ isObject }) => isObject)
    );
  }

  #keep(bytes: Uint8Array): void {
    this.#keptBytes += bytes.length;
    if (this.#keptBytes > DOCUMENT_BYTES)
      throw new BananaError(
        "FILE_TOO_LARGE",
        `expected at most ${DOCUMENT_BYTES} bytes beside the tarball, found more`,
        { where: "request:/", hint: "Shorten the README." },
      );
    // A copy: the chunk's memory is the network's.
    if (bytes.length > 0) this.#kept.push(Buffer.from(bytes));
  }
}

const MAX_DEPTH = 64;

function parseKey(bytes: readonly number[]): string | undefined {
  try {
    return JSON.parse(`"${Buffer.from(bytes).toString("utf8")}"`) as string;
  } catch {
    return undefined;
  }
}

function invalid(message: string): BananaError {
  return new BananaError("PUBLISH_INVALID", message, {
    where: "request:/body",
    hint: "Publish with banana-peel publish or npm publish.",
  });
}
