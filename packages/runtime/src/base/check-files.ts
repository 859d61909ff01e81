import { BananaError, type BaseCard, isBananaError, sha256Hex } from "@banana-peel/format";
import { type OnProgress, told } from "../progress.js";
import { keptFiles } from "./kept-files.js";
import type { BaseFiles } from "./types.js";

/** The files of a base, where every whole file that is read is the one on the card. */
export interface CheckedFiles {
  /** @throws BananaError BASE_FILE_MISSING, BASE_FILE_DIFFERS */
  readFile(path: string, signal?: AbortSignal): Promise<Uint8Array>;
  /**
   * A part of a file; hashed only where the platform can't read parts, so the file mustn't change while the base
   * is open.
   * @throws BananaError BASE_FILE_MISSING, BASE_FILE_DIFFERS when the file ends before
   */
  readRange(path: string, offset: number, length: number, signal?: AbortSignal): Promise<Uint8Array>;
  /** Does some work for which a file that can only be read whole is read, and kept, once. */
  during<T>(work: () => Promise<T>): Promise<T>;
  /** Checks every file of the card, one at a time. @throws BananaError BASE_FILE_MISSING, BASE_FILE_DIFFERS */
  checkAll(signal?: AbortSignal, onProgress?: OnProgress): Promise<void>;
}

/** Guards the files of a card. Specification: docs/specification/base.md, Files and digest. */
export function checkedFiles(card: Pick<BaseCard, "files" | "moments">, files: BaseFiles): CheckedFiles {
  const listed = card.moments === undefined ? card.files : [...card.files, card.moments];
  const expected = new Map(listed.map((file) => [file.path, file]));
  const check = (path: string, bytes: number, sha256: string) => {
    const file = expected.get(path);
    if (file === undefined) throw differs(path, `expected ${path} on the card, found it in a graph only`);
    if (file.bytes !== bytes)
      throw differs(path, `expected ${path} to have ${file.bytes} bytes, found ${bytes}`);
    if (file.sha256 !== sha256)
      throw differs(path, `expected ${path} to have SHA-256 ${file.sha256}, found ${sha256}`);
  };
  const readFile = async (path: string, signal?: AbortSignal) => {
    const bytes = await guard(path, signal, () => files.readFile(path, signal));
    check(path, bytes.length, await sha256Hex(bytes));
    return bytes;
  };
  const { read, during } = keptFiles(readFile);
  return {
    readFile: files.readRange === undefined ? read : readFile,
    during,
    async readRange(path, offset, length, signal) {
      if (files.readRange === undefined) return (await read(path, signal)).subarray(offset, offset + length);
      const part = await guard(path, signal, () => files.readRange!(path, offset, length, signal));
      if (part.length !== length)
        throw differs(path, `expected ${length} bytes from byte ${offset} of ${path}, found ${part.length}`);
      return part;
    },
    async checkAll(signal, onProgress) {
      for (const { path } of told(onProgress, "check", card.files, (file) => file.path)) {
        signal?.throwIfAborted();
        if (files.digestFile === undefined) await readFile(path, signal);
        else {
          const { bytes, sha256 } = await guard(path, signal, () => files.digestFile!(path, signal));
          check(path, bytes, sha256);
        }
      }
    },
  };
}

/** Whatever keeps a file from being read is BASE_FILE_MISSING with the reason as cause; an abort stays an abort. */
async function guard<T>(path: string, signal: AbortSignal | undefined, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    if (signal?.aborted) throw cause;
    if (isBananaError(cause) && cause.code !== "FILE_MISSING") throw cause;
    throw new BananaError(
      "BASE_FILE_MISSING",
      `expected the base's file ${path}, found none that can be read${isBananaError(cause) ? `: ${cause.message}` : ""}`,
      { where: path, hint: "Fetch the base again, or correct the folder.", cause },
    );
  }
}

function differs(where: string, message: string): BananaError {
  return new BananaError("BASE_FILE_DIFFERS", message, {
    where,
    hint: "Fetch the base again: the file is cut short or from another version.",
  });
}
