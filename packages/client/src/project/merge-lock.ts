import { BananaError, LOCKFILE, type Lockfile, type ProjectManifest } from "@banana-peel/format";
import { parseLockfile } from "@banana-peel/validator";
import semver from "semver";

/** True when a text has the marks of a merge conflict, which are no JSON at the beginning of a line. */
export function hasConflict(text: string): boolean {
  return /^(?:<{7}|>{7})(?: |\r?$)/m.test(text);
}

/**
 * Mends a lockfile with a merge conflict: what both sides have alike stays; of two that differ, the one that
 * banana.json admits, the newer if it admits both. Specification: docs/specification/lock.md, A merge conflict.
 * @throws BananaError PROJECT_INVALID when a side is no lockfile, or when the sides have different signers for a name
 */
export function mergeLock(text: string, manifest: ProjectManifest): Lockfile {
  const [ours, theirs] = sides(text).map((side, i) => readSide(side, i === 0 ? "ours" : "theirs")) as [
    Lockfile,
    Lockfile,
  ];
  const names = [...new Set([...Object.keys(ours.peels), ...Object.keys(theirs.peels)])].sort();
  const peels = Object.fromEntries(
    names.map((name) => [name, choose(name, ours.peels[name], theirs.peels[name], manifest)]),
  );
  return { lockVersion: 1, peels };
}

/** Both sides of a text with conflicts; what lies between ||||||| and ======= is neither's. */
function sides(text: string): [ours: string, theirs: string] {
  const ours: string[] = [];
  const theirs: string[] = [];
  let at: "both" | "ours" | "base" | "theirs" = "both";
  for (const line of text.split(/\r?\n/)) {
    const mark = /^(<{7}|\|{7}|={7}|>{7})(?: .*)?$/.exec(line)?.[1]?.[0];
    if (mark === "<") at = "ours";
    else if (mark === "|") at = "base";
    else if (mark === "=") at = "theirs";
    else if (mark === ">") at = "both";
    else {
      if (at === "both" || at === "ours") ours.push(line);
      if (at === "both" || at === "theirs") theirs.push(line);
    }
  }
  return [ours.join("\n"), theirs.join("\n")];
}

function readSide(text: string, side: string): Lockfile {
  try {
    return parseLockfile(new TextEncoder().encode(text), `${LOCKFILE} (${side})`);
  } catch (cause) {
    throw conflicted(
      `expected a lockfile on each side of the merge conflict; ${side} is none: ${(cause as Error).message}`,
      LOCKFILE,
      cause,
    );
  }
}

type Entry = Lockfile["peels"][string];

function choose(name: string, a: Entry | undefined, b: Entry | undefined, manifest: ProjectManifest): Entry {
  if (a === undefined || b === undefined) return (a ?? b)!;
  if (a.signer !== b.signer)
    throw conflicted(
      `expected one signer of ${name} on both sides of the merge conflict, found ${a.signer} and ${b.signer}`,
      `${LOCKFILE}:/peels/${name}/signer`,
    );
  const range = manifest.peels?.[name];
  const admits = ({ version }: Entry) =>
    range === undefined || semver.validRange(range) === null || semver.satisfies(version, range);
  if (admits(a) !== admits(b)) return admits(a) ? a : b;
  return semver.compare(a.version, b.version) >= 0 ? a : b;
}

function conflicted(message: string, where: string, cause?: unknown): BananaError {
  return new BananaError("PROJECT_INVALID", message, {
    where,
    hint: "Take one side as a whole (git checkout --ours or --theirs banana.lock), then run banana-peel install.",
    cause,
  });
}
