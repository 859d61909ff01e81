import { BananaError, type PeelRequest } from "@banana-peel/format";
import semver from "semver";
import type { Project } from "./project/read-project.js";

/** How a project's lockfile stands to its manifest and its bases. */
export interface LockState {
  /** Names whose entry is what banana.json asks for, and for the bases at hand; sorted. */
  readonly locked: readonly string[];
  /** What has to be resolved. */
  readonly missing: readonly PeelRequest[];
  /** Names that are locked but not asked for. */
  readonly removed: readonly string[];
  /** LOCK_OUTDATED, when anything is missing or too much. */
  readonly problem: BananaError | undefined;
}

/** Compares banana.lock with banana.json and with the bases of the project. */
export function compareLock(project: Project): LockState {
  const asked = project.manifest.peels ?? {};
  const locked: string[] = [];
  const missing: PeelRequest[] = [];
  const reasons: string[] = [];
  for (const name of Object.keys(asked).sort()) {
    const reason = whyOutdated(project, name, asked[name]!);
    if (reason === undefined) locked.push(name);
    else {
      missing.push({ name, range: asked[name] });
      reasons.push(reason);
    }
  }
  const removed = Object.keys(project.lock.peels)
    .filter((name) => !Object.hasOwn(asked, name))
    .sort();
  reasons.push(...removed.map((name) => `${name} is locked but not in banana.json`));
  return { locked, missing, removed, problem: reasons.length === 0 ? undefined : outdated(reasons) };
}

function whyOutdated(project: Project, name: string, range: string): string | undefined {
  const entry = project.lock.peels[name];
  if (entry === undefined) return `${name} is not locked`;
  // What a dist-tag meant is what was locked: only `add` looks again.
  if (semver.validRange(range) !== null && !semver.satisfies(entry.version, range))
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

function outdated(reasons: readonly string[]): BananaError {
  return new BananaError(
    "LOCK_OUTDATED",
    `expected banana.lock to match banana.json: ${reasons.slice(0, 5).join("; ")}`,
    {
      where: "banana.lock",
      hint: "Run banana-peel install without --frozen, and commit banana.lock.",
      details: { reasons: [...reasons] },
    },
  );
}
