import { isPeelName, type Lockfile } from "@banana-peel/format";
import { reservedName } from "../manifest/names.js";
import { type Problem, problem } from "../problem.js";
import { pointerPart } from "../schema/show.js";
import { isPlainVersion } from "../version.js";

const REWRITE = "Remove the entry and let banana-peel install write it again.";

/**
 * lock/name-reserved, lock/registry-invalid, and lock/version-not-semver of peels and of bases.
 * Specification: docs/specification/lock.md, banana.lock.
 */
export function checkLock(lock: Lockfile, label: string): Problem[] {
  return Object.entries(lock.peels).flatMap(([name, peel]) => {
    const at = `${label}:/peels/${pointerPart(name)}`;
    const names = [name, ...Object.keys(peel.dependencies ?? {})]
      .filter((item) => !isPeelName(item))
      .map((item) => problem("lock/name-reserved", reservedName(item, at)));
    const versions: [where: string, version: string][] = [
      [`${at}/version`, peel.version],
      ...peel.adapters.map(({ version }, index): [string, string] => [
        `${at}/adapters/${index}/version`,
        version,
      ]),
    ];
    return [
      ...names,
      ...(isAddress(peel.registry)
        ? []
        : [
            problem("lock/registry-invalid", {
              message: `expected the address of a registry, found ${JSON.stringify(peel.registry.slice(0, 200))}`,
              where: `${at}/registry`,
              hint: REWRITE,
            }),
          ]),
      ...versions
        .filter(([, version]) => !isPlainVersion(version))
        .map(([where, version]) =>
          problem("lock/version-not-semver", {
            message: `expected a semantic version, found ${JSON.stringify(version)}`,
            where,
            hint: REWRITE,
          }),
        ),
    ];
  });
}

function isAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return /^https?:$/.test(protocol) && username === "" && password === "";
}
