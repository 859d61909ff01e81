import { closeSync, fdatasync, openSync, writeSync } from "node:fs";
import { promisify } from "node:util";

const datasync = promisify(fdatasync);

/** Bytes that are written between two syncs. */
const STRIDE = 8 * 1024 * 1024;

/** True while a sync runs ahead: one in the process, since each keeps a thread of few from reading and writing. */
let isAhead = false;

/** A new file that is brought to the disk while it is written, so that little is left to wait for at its end. */
export class StagedFile {
  readonly #file: number;
  #unsynced = 0;
  #running: Promise<void> | undefined;
  #synced: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(path: string) {
    this.#file = openSync(path, "wx", 0o644);
  }

  /** Writes at the end. */
  write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#file, bytes, at);
    this.#unsynced += bytes.length;
    if (this.#unsynced >= STRIDE && !isAhead) this.#syncAhead();
  }

  /** Makes sure that all of it is on the disk, and closes it; once, however often it is asked for. */
  sync(): Promise<void> {
    this.#synced ??= this.#end(true);
    return this.#synced;
  }

  /** Closes it, whether or not it is on the disk. */
  async close(): Promise<void> {
    this.#synced ??= this.#end(false);
    await this.#synced.catch(() => undefined);
  }

  #syncAhead(): void {
    this.#unsynced = 0;
    isAhead = true;
    this.#running = datasync(this.#file)
      // The system tells of a lost write once only.
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => {
        isAhead = false;
      });
  }

  async #end(toDisk: boolean): Promise<void> {
    try {
      await this.#running;
      if (this.#failure !== undefined) throw this.#failure.error;
      if (toDisk) await datasync(this.#file);
    } finally {
      closeSync(this.#file);
    }
  }
}
