import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { BananaError, parseJson } from "@banana-peel/format";
import { atomicWrite } from "./atomic-write.js";

/** Who a name belongs to. */
export interface Owner {
  /** Fingerprint of the key that signed the last accepted version. */
  readonly signer: string;
  /** Users who published a version; they may move the name's tags. */
  readonly publishers: readonly string[];
  /** Versions that were unpublished: no other peel may ever have them. */
  readonly retired?: readonly string[];
}

/** Bytes of an owner's file. */
const MAX_BYTES = 1024 * 1024;
const FINGERPRINT = /^sha256:[0-9a-f]{64}$/;

/** The owners of names, one file each in a folder; they outlive the packages, so that a name isn't taken over. */
export class Owners {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * The owner of a name; undefined when nobody published it yet.
   * @throws BananaError STORAGE_INVALID when the file is broken: the name is then closed
   */
  async get(name: string): Promise<Owner | undefined> {
    const path = this.#path(name);
    let bytes: Buffer;
    try {
      bytes = await readFile(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
    let value: unknown;
    try {
      value = parseJson(bytes, path, MAX_BYTES);
    } catch (cause) {
      throw broken(path, cause);
    }
    const { signer, publishers, retired = [] } = (value ?? {}) as Partial<Record<keyof Owner, unknown>>;
    if (typeof signer !== "string" || !FINGERPRINT.test(signer) || !isStrings(publishers)) throw broken(path);
    if (!isStrings(retired)) throw broken(path);
    return { signer, publishers, ...(retired.length > 0 ? { retired } : {}) };
  }

  /** Writes the owner of a name, durably. */
  async set(name: string, owner: Owner): Promise<void> {
    await atomicWrite(this.#path(name), `${JSON.stringify(owner)}\n`);
  }

  /** Forgets a name that nothing was stored for after all. */
  async remove(name: string): Promise<void> {
    await rm(this.#path(name), { force: true });
  }

  #path(name: string): string {
    return join(this.#folder, `${encodeURIComponent(name)}.json`);
  }
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function broken(path: string, cause?: unknown): BananaError {
  return new BananaError(
    "STORAGE_INVALID",
    "expected a signer's fingerprint and publishers, found other content",
    {
      where: path,
      hint: "Restore the file from a backup.",
      cause,
    },
  );
}
