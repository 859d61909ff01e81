import { randomUUID } from "node:crypto";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { extractedSource, extractTarball, tarballDigests } from "@banana-peel/client";
import { type BananaError, isBananaError, type PeelSource } from "@banana-peel/format";
import { folderSource, makeFolder } from "@banana-peel/format/node";
import { StagedFile } from "./staged-file.js";

/** A tarball that came in, unpacked beside it; nobody sees it before it is put in its place. */
export interface Received {
  /** Folder of its own, for the tarball and what else is made ready. */
  readonly folder: string;
  readonly path: string;
  readonly bytes: number;
  /** `sha512-` and base64. */
  readonly integrity: string;
  /** SHA-1 in hexadecimal. */
  readonly shasum: string;
  /** Its files, or why it is no peel's tarball: TARBALL_INVALID. */
  readonly source: PeelSource | BananaError;
  /** Makes sure that the tarball is on the disk, once, however often it is asked for. */
  synced(): Promise<void>;
  /** Removes what is still there. */
  discard(): Promise<void>;
}

/** Where uploads lie until they are published or refused. */
export class Staging {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Folders of uploads that an earlier process left. */
  async left(): Promise<string[]> {
    const names = await readdir(this.#folder).catch(() => []);
    return names.map((name) => join(this.#folder, name));
  }

  /** Makes a new folder. */
  async folder(): Promise<string> {
    const folder = join(this.#folder, randomUUID());
    await makeFolder(folder);
    return folder;
  }

  /**
   * Writes a tarball to disk, hashes and unpacks it, all while it comes in and in constant memory.
   * @param chunks the tarball's bytes; what they throw is thrown
   * @param totalBytes limit of all files together, unpacked
   */
  async receive(chunks: AsyncIterable<Uint8Array>, label: string, totalBytes: number): Promise<Received> {
    const folder = await this.folder();
    const path = join(folder, "tarball.tgz");
    const remove = () => rm(folder, { recursive: true, force: true });
    const digests = tarballDigests();
    let bytes = 0;
    let file: StagedFile;
    try {
      file = new StagedFile(path);
    } catch (error) {
      await remove();
      throw error;
    }
    const discard = async () => {
      await file.close();
      await remove();
    };
    const written = (async function* () {
      for await (const chunk of chunks) {
        digests.update(chunk);
        bytes += chunk.length;
        file.write(chunk);
        yield chunk;
      }
    })();
    try {
      const source = await unpack(written, join(folder, "files"), label, totalBytes);
      const synced = () => file.sync();
      return { folder, path, bytes, ...digests.end(), source, synced, discard };
    } catch (error) {
      await discard();
      throw error;
    }
  }
}

async function unpack(
  chunks: AsyncIterable<Uint8Array>,
  folder: string,
  label: string,
  totalBytes: number,
): Promise<PeelSource | BananaError> {
  try {
    const digests = await extractTarball(chunks, folder, label, undefined, { totalBytes });
    return extractedSource(folderSource(folder), label, digests);
  } catch (error) {
    if (isBananaError(error) && error.code === "TARBALL_INVALID") return error;
    throw error;
  }
}
