import { BananaError, parsePeelRequest } from "@banana-peel/format";
import semver from "semver";
import { type ChangeOptions, noSuchVersion, openChange } from "./change-options.js";
import { askJson, documentUrl } from "./registry/document.js";

/** What to deprecate, and what to say of it. */
export interface DeprecateOptions extends ChangeOptions {
  /** `name`, `name@range`, `@scope/name@range` or with a dist-tag; without a range, every version. */
  peel: string;
  /** One line for whoever adds these versions; an empty one takes a deprecation back. */
  message: string;
}

/** What was deprecated. */
export interface DeprecateReport {
  readonly name: string;
  readonly registry: string;
  /** Every version in the range, oldest first; they now have the message. */
  readonly versions: readonly string[];
  /** Those of them whose message was another one. */
  readonly changed: readonly string[];
  /** Empty: the deprecation was taken back. */
  readonly message: string;
  readonly dryRun: boolean;
}

/** Characters of a message, as our registry takes them. */
const MAX_MESSAGE = 1000;

/**
 * Marks published versions as deprecated, or takes that back, by npm's protocol: resolving avoids them when another
 * version fits, and warns when none does. Prereleases in the range count, as with npm.
 * @throws BananaError NAME_INVALID; USAGE for a message of several lines or too long; PEEL_UNKNOWN;
 *   VERSION_UNSATISFIED; REGISTRY_REFUSED when the account may not; of the registry
 */
export async function deprecatePeel(options: DeprecateOptions): Promise<DeprecateReport> {
  const { name, range = "*" } = parsePeelRequest(options.peel);
  const message = options.message.trim();
  if (message.length > MAX_MESSAGE || /\p{Cc}/u.test(message))
    throw new BananaError(
      "USAGE",
      `expected a message of one line and at most ${MAX_MESSAGE} characters, found ${message.length} characters`,
      { hint: 'For example: banana-peel deprecate my-peel@<2 "use 2.x, which draws hands"' },
    );
  const { context, document, registry } = await openChange(name, options);
  const versions = versionsIn(document.versions, document["dist-tags"], range);
  if (versions.length === 0) throw noSuchVersion(name, range, semver.sort(valid(document.versions)));
  const changed = versions.filter((version) => (document.versions[version]!.deprecated ?? "") !== message);
  const dryRun = options.dryRun ?? false;
  if (changed.length > 0 && !dryRun) {
    for (const version of changed) document.versions[version]!.deprecated = message;
    await askJson(documentUrl(name, context), context, { method: "PUT", body: document });
  }
  return { name, registry, versions, changed, message, dryRun };
}

function versionsIn(
  all: Readonly<Record<string, unknown>>,
  tags: Readonly<Record<string, string>>,
  range: string,
): string[] {
  if (semver.validRange(range) === null) {
    const tagged = Object.hasOwn(tags, range) ? tags[range]! : "";
    return Object.hasOwn(all, tagged) ? [tagged] : [];
  }
  return semver.sort(
    valid(all).filter((version) => semver.satisfies(version, range, { includePrerelease: true })),
  );
}

function valid(all: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(all).filter((version) => semver.valid(version) !== null);
}
