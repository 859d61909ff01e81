import { closeSync, openSync, readSync, writeSync } from "node:fs";
import type { BlockingFiles } from "../merge/fold-work.js";

/** Opens, uses and closes: a work is a megabyte, and no file stays open behind an aborted merge. */
function use<T>(path: string, flags: string, work: (file: number) => T): T {
  const file = openSync(path, flags);
  try {
    return work(file);
  } finally {
    closeSync(file);
  }
}

/** Reads and writes a piece at a time. */
export const blockingFiles: BlockingFiles = {
  read: (path, offset, place) =>
    use(path, "r", (file) => {
      for (let done = 0; done < place.length; ) {
        const bytes = readSync(file, place, done, place.length - done, offset + done);
        if (bytes === 0) throw new Error(`${path} ends before byte ${offset + place.length}`);
        done += bytes;
      }
    }),
  write: (path, offset, bytes) =>
    use(path, "r+", (file) => {
      for (let done = 0; done < bytes.length; )
        done += writeSync(file, bytes, done, bytes.length - done, offset + done);
    }),
};
