import { derivePackageJson, type PeelManifest } from "@banana-peel/format";
import { tarballName } from "../storage/packages.js";
import type { Received } from "../storage/staging.js";

/**
 * The metadata of a version, made from the verified peel and its tarball alone: what a client sees can't differ from
 * what was signed, whatever the request said.
 */
export function versionMetadata(
  manifest: PeelManifest,
  { integrity, shasum }: Received,
): Record<string, unknown> {
  const { name, version } = manifest;
  return {
    ...derivePackageJson(manifest),
    _id: `${name}@${version}`,
    dist: {
      integrity,
      shasum,
      // Verdaccio puts the address of each request in place of this one.
      tarball: `http://localhost/${name}/-/${tarballName(name, version)}`,
    },
  };
}
