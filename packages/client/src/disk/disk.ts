import * as fs from "node:fs";
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
    | "realpath"
    | "rename"
    | "rm"
    | "rmdir"
    | "unlink"
  > {
  openSync(path: string, flags: string, mode: number): number;
  writeSync(file: number, bytes: Uint8Array): number;
  closeSync(file: number): void;
}

/**
 * The file system of this machine. What changes or looks up names, or reads a document, is done at once: the way to
 * another thread and back costs many times the work, and a command does thousands of such steps. `copyFile`, `rm`, and
 * files that `open` opens, leave the event loop free; `rmSync` also gives up where another process is at work in a tree.
 */
export const nodeDisk: Disk = {
  ...promises,
  chmod: atOnce(fs.chmodSync),
  link: atOnce(fs.linkSync),
  lstat: atOnce(fs.lstatSync) as Disk["lstat"],
  mkdir: atOnce(fs.mkdirSync) as Disk["mkdir"],
  readFile: atOnce(fs.readFileSync) as Disk["readFile"],
  realpath: atOnce(fs.realpathSync) as Disk["realpath"],
  readdir: atOnce(fs.readdirSync) as unknown as Disk["readdir"],
  rename: atOnce(fs.renameSync),
  rmdir: atOnce(fs.rmdirSync),
  unlink: atOnce(fs.unlinkSync),
  openSync: fs.openSync,
  writeSync: fs.writeSync,
  closeSync: fs.closeSync,
};

function atOnce<A extends unknown[], R>(work: (...args: A) => R): (...args: A) => Promise<R> {
  return async (...args) => work(...args);
}
