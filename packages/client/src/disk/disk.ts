import { closeSync, openSync, writeSync } from "node:fs";
import * as promises from "node:fs/promises";

/** What this package does to a file system; handed in, so that a test can let any step fail. */
export interface Disk
  extends Pick<
    typeof promises,
    | "chmod"
    | "copyFile"
    | "link"
    | "lstat"
    | "mkdir"
    | "open"
    | "readdir"
    | "readFile"
    | "rename"
    | "rm"
    | "rmdir"
    | "unlink"
  > {
  openSync(path: string, flags: string, mode: number): number;
  writeSync(file: number, bytes: Uint8Array): number;
  closeSync(file: number): void;
}

/** The file system of this machine. */
export const nodeDisk: Disk = { ...promises, openSync, writeSync, closeSync };
