import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { type Disk, nodeDisk } from "./disk/disk.js";
import { openProject } from "./project/with-project.js";

/** A base of a project. */
export interface ListedBase {
  /** As banana.json names it. */
  readonly path: string;
  readonly folder: string;
  readonly family: string;
  readonly version: string;
  readonly digest: string;
  readonly title: string | undefined;
  /** Number of targets that an adapter can change. */
  readonly targets: number;
  /** Bytes of its files together, by the card. */
  readonly bytes: number;
  /** ok: its files are there, and the card's where that was looked at; missing, changed: some are not. */
  readonly state: "ok" | "missing" | "changed";
  /** Files that are missing or changed. */
  readonly wrong: readonly string[];
}

/**
 * The bases of a project, in the order of banana.json. Sizes of files are compared with the card; their digests too
 * when `verify`.
 * @throws BananaError of the project's files and of the cards
 */
export async function listBases(options: {
  project: string;
  verify?: boolean | undefined;
  signal?: AbortSignal | undefined;
  disk?: Disk | undefined;
}): Promise<ListedBase[]> {
  const project = await openProject(options.project, options.disk ?? nodeDisk);
  const bases: ListedBase[] = [];
  for (const [i, { folder, family, version, digest, card }] of project.bases.entries()) {
    const missing: string[] = [];
    const changed: string[] = [];
    for (const { path, bytes, sha256 } of card.files) {
      options.signal?.throwIfAborted();
      const file = join(folder, ...path.split("/"));
      const size = await stat(file).then(
        (found) => found.size,
        () => undefined,
      );
      if (size === undefined) missing.push(path);
      else if (size !== bytes) changed.push(path);
      else if (options.verify && (await digestOf(file, options.signal)) !== sha256) changed.push(path);
    }
    bases.push({
      path: project.manifest.bases?.[i] ?? folder,
      folder,
      family,
      version,
      digest,
      title: card.title,
      targets: card.targets.length,
      bytes: card.files.reduce((sum, file) => sum + file.bytes, 0),
      state: missing.length > 0 ? "missing" : changed.length > 0 ? "changed" : "ok",
      wrong: [...missing, ...changed],
    });
  }
  return bases;
}

async function digestOf(file: string, signal: AbortSignal | undefined): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file, signal ? { signal } : {})) hash.update(chunk as Buffer);
  return hash.digest("hex");
}
