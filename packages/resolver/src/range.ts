import semver from "semver";

const versions = new Map<string, semver.SemVer>();
const parsed = new Map<string, semver.Range | undefined>();
const answers = new Map<string, boolean>();
/** Texts that are remembered: a catalogue says the same few again and again. */
const MAX_REMEMBERED = 10_000;

/** A version as semver.org has it, in its canonical spelling; undefined for what is none. */
export function parsedVersion(version: string): semver.SemVer | undefined {
  let found = versions.get(version);
  if (found === undefined) {
    const read = semver.parse(version);
    if (read === null || read.version !== version) return undefined;
    found = read;
    if (versions.size >= MAX_REMEMBERED) versions.clear();
    versions.set(version, found);
  }
  return found;
}

/**
 * A range as npm's semver reads it; undefined for what is none. Parsing one takes longer than comparing with it.
 * @param prereleases true: the range holds what is before its releases as well
 */
export function parsedRange(range: string, prereleases = false): semver.Range | undefined {
  const key = prereleases ? `pre ${range}` : range;
  if (parsed.has(key)) return parsed.get(key);
  let found: semver.Range | undefined;
  try {
    found = new semver.Range(range, { includePrerelease: prereleases });
  } catch {
    found = undefined;
  }
  if (parsed.size >= MAX_REMEMBERED) parsed.clear();
  parsed.set(key, found);
  return found;
}

/** True when a version is in a range; false for what is none. */
export function satisfies(version: string, range: string): boolean {
  const key = `${version} ${range}`;
  let answer = answers.get(key);
  if (answer === undefined) {
    answer = parsedRange(range)?.test(version) ?? false;
    if (answers.size >= MAX_REMEMBERED) answers.clear();
    answers.set(key, answer);
  }
  return answer;
}
