import { BananaError, parsePeelRequest } from "@banana-peel/format";
import type { UnsafePeel, VerifiedPeel } from "@banana-peel/signer/verify";
import semver from "semver";
import { nodeDisk } from "../disk/disk.js";
import { exists } from "../disk/remove.js";
import { fetchPeel } from "../fetch-peel.js";
import { openPeelAt } from "../find-peel.js";
import { peelInfo } from "../info.js";
import { contextOf, type ProjectOptions } from "../options.js";

/** The tag that npm moves with every release; a registry without tags has its newest release. */
export const LATEST = "latest";

/** A peel to read from until it is closed. */
export interface OpenedVersion {
  readonly peel: VerifiedPeel | UnsafePeel;
  /** What was fetched goes into the store, and can't be read here any more. */
  close(): Promise<void>;
}

/**
 * The peel that a person means: `name@version`, `name@range` or `name@tag` of a registry, fetched and
 * verified; else a folder, a tarball or an installed peel.
 * @throws BananaError PEEL_UNKNOWN, VERSION_UNSATISFIED; of `fetchPeel` and `openPeelAt`
 */
export async function openVersion(target: string, options: ProjectOptions): Promise<OpenedVersion> {
  if (!/^(@[^/]+\/)?[^/@]+@[^/]+$/.test(target) || (await exists(nodeDisk, target)))
    return { peel: await openPeelAt(target, options.project), close: async () => undefined };
  const { name, range = LATEST } = parsePeelRequest(target);
  return openPublished(name, range, options);
}

/**
 * A published version of a peel.
 * @param range a version, a range, or a dist-tag
 */
export async function openPublished(
  name: string,
  range: string,
  options: ProjectOptions,
): Promise<OpenedVersion> {
  const entry = await peelInfo({ ...options, name });
  const versions = entry.versions.map(({ version }) => version);
  const tagged = Object.hasOwn(entry.distTags, range) ? entry.distTags[range] : undefined;
  const version = tagged ?? semver.maxSatisfying(versions, range === LATEST ? "*" : range);
  const found = entry.versions.find((each) => each.version === version);
  if (found === undefined)
    throw new BananaError(
      "VERSION_UNSATISFIED",
      `expected a version ${range} of ${name}, found ${versions.join(", ") || "none"}`,
      { where: entry.registry, hint: `banana-peel info ${name} lists what there is.` },
    );
  const { tarball, integrity } = found;
  const fetched = await fetchPeel(
    { name, version: found.version, integrity, tarball: async () => tarball },
    await contextOf(options),
  );
  return { peel: fetched.peel, close: () => fetched.keep() };
}
