import { BananaError, parsePeelRequest } from "@banana-peel/format";
import type { UnsafePeel, VerifiedPeel } from "@banana-peel/signer/verify";
import semver from "semver";
import { nodeDisk } from "../disk/disk.js";
import { exists } from "../disk/remove.js";
import { fetchPeel } from "../fetch-peel.js";
import { openPeelAt } from "../find-peel.js";
import { peelInfo } from "../info.js";
import { contextOf, type ProjectOptions } from "../options.js";

/**
 * The peel that a person means: `name@version`, `name@range` or `name@tag` of a registry, brought into the store and
 * verified; else a folder, a tarball or an installed peel.
 * @throws BananaError PEEL_UNKNOWN, VERSION_UNSATISFIED; of `fetchPeel` and `openPeelAt`
 */
export async function openVersion(
  target: string,
  options: ProjectOptions,
): Promise<VerifiedPeel | UnsafePeel> {
  if (!/^(@[^/]+\/)?[^/@]+@[^/]+$/.test(target) || (await exists(nodeDisk, target)))
    return openPeelAt(target, options.project);
  const { name, range = "latest" } = parsePeelRequest(target);
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
): Promise<VerifiedPeel> {
  const entry = await peelInfo({ ...options, name });
  const versions = entry.versions.map(({ version }) => version);
  const version = entry.distTags[range] ?? semver.maxSatisfying(versions, range);
  const found = entry.versions.find((each) => each.version === version);
  if (found === undefined)
    throw new BananaError(
      "VERSION_UNSATISFIED",
      `expected a version ${range} of ${name}, found ${versions.join(", ") || "none"}`,
      { where: entry.registry, hint: `banana-peel info ${name} lists what there is.` },
    );
  const { tarball, integrity } = found;
  const wanted = { name, version: found.version, integrity, tarball: async () => tarball };
  const fetched = await fetchPeel(wanted, await contextOf(options));
  // Into the store first: a staged folder goes away, and the peel is read from where it lies.
  await fetched.keep();
  return fetched.from === "store" ? fetched.peel : (await fetchPeel(wanted, await contextOf(options))).peel;
}
