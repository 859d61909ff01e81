import type { Lockfile } from "@banana-peel/format";
import { type Problem, problem } from "../problem.js";
import { pointerPart } from "../schema/show.js";
import { isPlainVersion } from "../version.js";

/** lock/version-not-semver, of peels and of bases. Specification: docs/specification/lock.md, banana.lock. */
export function checkLock(lock: Lockfile, label: string): Problem[] {
  return Object.entries(lock.peels).flatMap(([name, peel]) => {
    const at = `${label}:/peels/${pointerPart(name)}`;
    const versions: [where: string, version: string][] = [
      [`${at}/version`, peel.version],
      ...peel.adapters.map(({ version }, index): [string, string] => [
        `${at}/adapters/${index}/version`,
        version,
      ]),
    ];
    return versions
      .filter(([, version]) => !isPlainVersion(version))
      .map(([where, version]) =>
        problem("lock/version-not-semver", {
          message: `expected a semantic version, found ${JSON.stringify(version)}`,
          where,
          hint: "Remove banana.lock and let banana-peel install write it again.",
        }),
      );
  });
}
