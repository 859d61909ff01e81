import type { PeelSource } from "@banana-peel/format";
import { type Disk, nodeDisk } from "../disk/disk.js";
import { writeTogether } from "../disk/write-whole.js";
import { type PackedPeel, planPack } from "./pack.js";
import { tarballDigests } from "./tarball-digests.js";

/** A peel that was packed into a file. */
export interface PackedFile extends Omit<PackedPeel, "tarball" | "filename"> {
  readonly file: string;
  /** Bytes of the tarball. */
  readonly bytes: number;
}

/** How a peel is written. */
export interface WriteOptions {
  readonly disk?: Disk | undefined;
  /** Stops it, as long as nothing is in its place. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Packs a peel into a file, in constant memory; the same bytes as `packPeel`. The file is there whole or not at all.
 * @param path default: its name and version, in the current folder; its folder is made
 * @throws BananaError of `planPack` and of its chunks; DISK_FULL, TARGET_READ_ONLY; the signal's reason
 */
export async function packFile(
  source: PeelSource,
  path?: string,
  { disk = nodeDisk, signal }: WriteOptions = {},
): Promise<PackedFile> {
  const { manifest, filename, bytes, chunks } = await planPack(source);
  const file = path ?? filename;
  const digests = tarballDigests();
  const hashed = async function* () {
    for await (const chunk of chunks()) {
      signal?.throwIfAborted();
      digests.update(chunk);
      yield chunk;
    }
  };
  await writeTogether([{ path: file, bytes: hashed(), size: bytes }], disk);
  return { manifest, file, bytes, ...digests.end() };
}
