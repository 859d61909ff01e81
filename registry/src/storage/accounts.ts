import { readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { atomicWrite } from "./atomic-write.js";
import { syncFile } from "./sync-file.js";

/** Bytes that a user takes, and more. */
const USER_BYTES = 4096;

/**
 * The file of users. Verdaccio writes it in place, so that a crash or a full disk would leave a part of it: what it was
 * before is kept beside it until the change is whole, and put back otherwise.
 */
export class Accounts {
  readonly #file: string;
  readonly #before: string;
  #tail: Promise<unknown> = Promise.resolve();

  /** @param storage folder of everything that the registry keeps */
  constructor(storage: string) {
    this.#file = join(storage, "htpasswd");
    this.#before = join(storage, "htpasswd.before");
  }

  /**
   * Runs what may change the users, one after the other.
   * @param change does it; a status from 500 on says that it failed
   */
  run<T extends { readonly status: number }>(change: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(() => this.#change(change));
    this.#tail = result.catch(() => undefined);
    return result;
  }

  async #change<T extends { readonly status: number }>(change: () => Promise<T>): Promise<T> {
    const before = await readFile(this.#file, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return "";
      throw error;
    });
    await atomicWrite(this.#before, before);
    let isWhole = false;
    try {
      const answer = await change();
      isWhole = answer.status < 500;
      if (isWhole && answer.status < 400) await syncFile(this.#file);
      return answer;
    } finally {
      if (isWhole) await rm(this.#before);
      else {
        await rename(this.#before, this.#file);
        await this.#requireRoom(before);
      }
    }
  }

  /** Throws the file system's error where there is no room for one user more: Verdaccio only says that it failed. */
  async #requireRoom(users: string): Promise<void> {
    const probe = `${this.#file}.room`;
    await atomicWrite(probe, users.padEnd(users.length + USER_BYTES));
    await rm(probe, { force: true });
  }

  /** Puts back what a change of an earlier process left half-done. */
  async recover(): Promise<void> {
    await rename(this.#before, this.#file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
    });
  }
}
