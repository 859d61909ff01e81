import { join, resolve } from "node:path";
import {
  BASE_CARD,
  BananaError,
  type BaseCard,
  baseDigest,
  LOCKFILE,
  type Lockfile,
  PROJECT_MANIFEST,
  type ProjectManifest,
} from "@banana-peel/format";
import type { ProjectBase } from "@banana-peel/resolver";
import { parseBaseCard, parseLockfile, parseProject } from "@banana-peel/validator";
import type { Disk } from "../disk/disk.js";
import { hasCode } from "../disk/errors.js";

/** A base of a project with its card. */
export interface OpenedBase extends ProjectBase {
  readonly folder: string;
  readonly card: BaseCard;
}

/** What a project's files say. */
export interface Project {
  /** Absolute path of the folder. */
  readonly folder: string;
  /** banana.json; an empty one when there is none. */
  readonly manifest: ProjectManifest;
  /** banana.lock; an empty one when there is none. */
  readonly lock: Lockfile;
  readonly bases: readonly OpenedBase[];
}

/** Folder of a project that its peels lie in. */
export const PEELS = "peels";

/** Folder of an installed peel. */
export function peelFolder(project: string, name: string): string {
  return join(project, PEELS, ...name.split("/"));
}

/**
 * Reads banana.json, banana.lock and the cards of the project's bases.
 * @throws BananaError JSON_INVALID, SCHEMA_INVALID, FORMAT_VERSION_UNKNOWN, FILE_TOO_LARGE, PROJECT_INVALID,
 *   FILE_MISSING for a base that isn't there
 */
export async function readProject(folder: string, disk: Disk): Promise<Project> {
  const manifestBytes = await readIfThere(disk, join(folder, PROJECT_MANIFEST));
  const lockBytes = await readIfThere(disk, join(folder, LOCKFILE));
  refuseConflicts(lockBytes, LOCKFILE, "Take one side, then run banana-peel install.");
  refuseConflicts(manifestBytes, PROJECT_MANIFEST, "Resolve it, then run banana-peel install.");
  const manifest: ProjectManifest = manifestBytes ? parseProject(manifestBytes) : { formatVersion: 1 };
  const lock: Lockfile = lockBytes ? parseLockfile(lockBytes) : { lockVersion: 1, peels: {} };
  const bases = await Promise.all(
    (manifest.bases ?? []).map((path, i) =>
      openBaseCard(resolve(folder, path), disk, `${PROJECT_MANIFEST}:/bases/${i}`),
    ),
  );
  return { folder, manifest, lock, bases };
}

/**
 * Reads a base's card and makes its digest; the base's other files are not looked at.
 * @param where what names the folder, for messages
 * @throws BananaError FILE_MISSING, and of the card
 */
export async function openBaseCard(folder: string, disk: Disk, where: string): Promise<OpenedBase> {
  const path = join(folder, BASE_CARD);
  const bytes = await readIfThere(disk, path);
  if (bytes === undefined)
    throw new BananaError("FILE_MISSING", `expected a base card at ${path}, found none`, {
      where,
      hint: "Fetch the base, or correct its folder.",
    });
  const card = parseBaseCard(bytes, path);
  return { folder, card, family: card.family, version: card.version, digest: await baseDigest(card) };
}

async function readIfThere(disk: Disk, path: string): Promise<Uint8Array | undefined> {
  try {
    return (await disk.readFile(path)) as Uint8Array;
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR")) return undefined;
    throw error;
  }
}

function refuseConflicts(bytes: Uint8Array | undefined, label: string, hint: string): void {
  if (
    bytes === undefined ||
    !/^(<{7}|>{7}) /m.test(Buffer.from(bytes.subarray(0, 1_000_000)).toString("utf8"))
  )
    return;
  throw new BananaError("PROJECT_INVALID", "expected JSON, found a merge conflict", { where: label, hint });
}
