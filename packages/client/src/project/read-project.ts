import { join, resolve } from "node:path";
import {
  BASE_CARD,
  BananaError,
  type BaseCard,
  baseDigest,
  LIMITS,
  LOCKFILE,
  type Lockfile,
  PROJECT_MANIFEST,
  type ProjectManifest,
  requirePeelName,
} from "@banana-peel/format";
import type { ProjectBase } from "@banana-peel/resolver";
import { parseBaseCard, parseLockfile, parseProject } from "@banana-peel/validator";
import type { Disk } from "../disk/disk.js";
import { hasCode } from "../disk/errors.js";
import { hasConflict, mergeLock } from "./merge-lock.js";

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
  /** True: banana.lock had a merge conflict, and `lock` is what was made of both sides. */
  readonly isMended: boolean;
}

/** Folder of a project that its peels lie in. */
export const PEELS = "peels";

/**
 * Folder of an installed peel.
 * @throws BananaError NAME_INVALID
 */
export function peelFolder(project: string, name: string): string {
  return join(project, PEELS, ...requirePeelName(name).split("/"));
}

/**
 * Reads banana.json, banana.lock and the cards of the project's bases.
 * @param options.mendLock true: a merge conflict in banana.lock is mended, as docs/specification/lock.md has it
 * @throws BananaError JSON_INVALID, SCHEMA_INVALID, FORMAT_VERSION_UNKNOWN, FILE_TOO_LARGE, PROJECT_INVALID,
 *   FILE_MISSING for a base that isn't there
 */
export async function readProject(
  folder: string,
  disk: Disk,
  options: { mendLock?: boolean | undefined } = {},
): Promise<Project> {
  const manifestBytes = await readIfThere(disk, join(folder, PROJECT_MANIFEST), PROJECT_MANIFEST);
  const lockBytes = await readIfThere(disk, join(folder, LOCKFILE), LOCKFILE);
  if (isConflicted(manifestBytes))
    throw conflicted(PROJECT_MANIFEST, "Resolve it by hand, then run banana-peel install.");
  const manifest: ProjectManifest = manifestBytes ? parseProject(manifestBytes) : { formatVersion: 1 };
  const isMended = isConflicted(lockBytes);
  if (isMended && !options.mendLock)
    throw conflicted(LOCKFILE, "Run banana-peel install, which resolves it.");
  const lock = readLock(lockBytes, manifest, isMended);
  const bases = await Promise.all(
    (manifest.bases ?? []).map((path, i) =>
      openBaseCard(resolve(folder, path), disk, `${PROJECT_MANIFEST}:/bases/${i}`),
    ),
  );
  return { folder, manifest, lock, bases, isMended };
}

function readLock(bytes: Uint8Array | undefined, manifest: ProjectManifest, isMended: boolean): Lockfile {
  if (bytes === undefined) return { lockVersion: 1, peels: {} };
  return isMended ? mergeLock(Buffer.from(bytes).toString("utf8"), manifest) : parseLockfile(bytes);
}

/**
 * Reads a base's card and makes its digest; the base's other files are not looked at.
 * @param where what names the folder, for messages
 * @throws BananaError FILE_MISSING, and of the card
 */
export async function openBaseCard(folder: string, disk: Disk, where: string): Promise<OpenedBase> {
  const path = join(folder, BASE_CARD);
  const bytes = await readIfThere(disk, path, where);
  if (bytes === undefined)
    throw new BananaError("FILE_MISSING", `expected a base card at ${path}, found none`, {
      where,
      hint: "Correct the folder, or fetch the base: one that is a package by npm install.",
    });
  const card = parseBaseCard(bytes, path);
  return { folder, card, family: card.family, version: card.version, digest: await baseDigest(card) };
}

/** The bytes of a file; undefined when there is none. One that is too large isn't read. */
async function readIfThere(disk: Disk, path: string, label: string): Promise<Uint8Array | undefined> {
  try {
    const file = await disk.open(path, "r");
    try {
      const { size } = await file.stat();
      if (size > LIMITS.jsonBytes)
        throw new BananaError(
          "FILE_TOO_LARGE",
          `expected ${label} to have at most ${LIMITS.jsonBytes} bytes, found ${size}`,
          { where: label, hint: "Is this the right file? If it is, make it smaller." },
        );
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR")) return undefined;
    throw error;
  }
}

function isConflicted(bytes: Uint8Array | undefined): boolean {
  return bytes !== undefined && hasConflict(Buffer.from(bytes).toString("utf8"));
}

function conflicted(label: string, hint: string): BananaError {
  return new BananaError("PROJECT_INVALID", "expected JSON, found a merge conflict", { where: label, hint });
}
