import type { Disk } from "./disk.js";

/** Writes bytes to an open file, all of them, at once. */
export function writeAll(disk: Disk, file: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length; ) written += disk.writeSync(file, bytes.subarray(written));
}
