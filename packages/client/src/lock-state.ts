import { BananaError, type Lockfile } from "@banana-peel/format";
import semver from "semver";
import type { Project } from "./project/read-project.js";

/** How a project's lockfile stands to its manifest and its bases. */
export interface LockState {
  /** Names whose entry is what is asked for, by banana.json or by other entries, and for the bases at hand; sorted. */
  readonly locked: readonly string[];
  /** True when something has to be resolved. */
  readonly isMissing: boolean;
  /** Names that are locked but not needed; sorted. */
  readonly removed: readonly string[];
  /** LOCK_OUTDATED, when anything is missing or too much. */
  readonly problem: BananaError | undefined;
}

/**
 * Compares banana.lock with banana.json, with the bases of the project, and with itself: whether what its peels depend
 * on is in it.
 */
export function compareLock(project: Project): LockState {
  const asked = project.manifest.peels ?? {};
  const reasons = new Map<string, string>();
  const seen = new Set<string>();
  const open = Object.keys(asked).sort();
  for (const name of open) {
    if (seen.has(name)) continue;
    seen.add(name);
    const reason = whyOutdated(project, name, asked[name]);
    if (reason !== undefined) {
      if (!reasons.has(name)) reasons.set(name, reason);
      continue;
    }
    const entry = project.lock.peels[name]!;
    for (const [on, range] of Object.entries(entry.dependencies ?? {}).sort()) {
      const unmet = whyUnmet(project, name, entry, on, range);
      if (unmet !== undefined && !reasons.has(on)) reasons.set(on, unmet);
      open.push(on);
    }
  }
  const isMissing = reasons.size > 0;
  // What an outdated entry depends on isn't known: then nothing counts as too much yet.
  const removed = isMissing
    ? []
    : Object.keys(project.lock.peels)
        .filter((name) => !seen.has(name))
        .sort();
  const all = [...reasons.values(), ...removed.map((name) => `${name} is locked, but nothing needs it`)];
  return {
    locked: [...seen].filter((name) => !reasons.has(name)).sort(),
    isMissing,
    removed,
    problem: all.length === 0 ? undefined : outdated(all),
  };
}

function whyOutdated(project: Project, name: string, range: string | undefined): string | undefined {
  const entry = project.lock.peels[name];
  if (entry === undefined) return `${name} is not locked`;
  // What a dist-tag meant is what was locked: only `add` and `update` look again.
  if (range !== undefined && semver.validRange(range) !== null && !semver.satisfies(entry.version, range))
    return `${name}@${entry.version} is locked, banana.json asks for ${range}`;
  const gone = entry.adapters.find(
    ({ family, version, digest }) =>
      !project.bases.some(
        (base) => base.family === family && base.version === version && base.digest === digest,
      ),
  );
  if (gone !== undefined)
    return `${name} is locked for ${gone.family} ${gone.version}, which is not among the bases`;
  return undefined;
}

function whyUnmet(
  { lock, manifest }: Project,
  name: string,
  entry: Lockfile["peels"][string],
  on: string,
  range: string,
): string | undefined {
  const other = lock.peels[on];
  if (other === undefined) return `${name} needs ${on} ${range}, which is not locked`;
  const override = manifest.overrides?.[on];
  if (!semver.satisfies(other.version, override ?? range))
    return override === undefined
      ? `${name} needs ${on} ${range}, and ${other.version} is locked`
      : `banana.json overrides ${on} with ${override}, and ${other.version} is locked`;
  const uncovered = entry.adapters.find(
    ({ digest }) => !other.adapters.some((adapter) => adapter.digest === digest),
  );
  return uncovered === undefined
    ? undefined
    : `${name} needs ${on} for ${uncovered.family} ${uncovered.version}, and it isn't locked for it`;
}

function outdated(reasons: readonly string[]): BananaError {
  const more = reasons.length > 5 ? `; and ${reasons.length - 5} more` : "";
  return new BananaError(
    "LOCK_OUTDATED",
    `expected banana.lock to match banana.json: ${reasons.slice(0, 5).join("; ")}${more}`,
    {
      where: "banana.lock",
      hint: "Run banana-peel install without --frozen and --offline, and commit banana.lock.",
      details: { reasons: [...reasons] },
    },
  );
}
