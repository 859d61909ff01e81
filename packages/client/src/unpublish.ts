import { BananaError, isBananaError, parsePeelRequest } from "@banana-peel/format";
import semver from "semver";
import { type ChangeOptions, noSuchVersion, openChange } from "./change-options.js";
import {
  askJson,
  type DocumentContext,
  documentUrl,
  type RegistryDocument,
  readDocument,
} from "./registry/document.js";

/** What to take away. */
export interface UnpublishOptions extends ChangeOptions {
  /** `name@version` or `@scope/name@version`, the version exact; with `all`, the name alone. */
  peel: string;
  /** True: every version, and the name with them. */
  all?: boolean | undefined;
}

/** What was taken away. */
export interface UnpublishReport {
  readonly name: string;
  readonly registry: string;
  /** Versions that are gone, oldest first. */
  readonly removed: readonly string[];
  /** Versions that are left, oldest first. */
  readonly left: readonly string[];
  /** The dist-tags that are left. */
  readonly distTags: Readonly<Record<string, string>>;
  readonly dryRun: boolean;
}

/**
 * Takes a published version away by npm's protocol: its metadata, its tags, its tarball. Projects that have it locked
 * can't fetch it any more, and its number can't be published again: `deprecatePeel` is kinder. Unpublishing the last
 * version is done with `all` only.
 * @throws BananaError NAME_INVALID; USAGE without an exact version, or for the last one without `all`; PEEL_UNKNOWN;
 *   VERSION_UNSATISFIED; REGISTRY_REFUSED when the account may not; of the registry
 */
export async function unpublishPeel(options: UnpublishOptions): Promise<UnpublishReport> {
  const { name, range } = parsePeelRequest(options.peel);
  const all = options.all ?? false;
  requireExact(options.peel, name, range, all);
  const { context, document, registry } = await openChange(name, options);
  const versions = semver.sort(Object.keys(document.versions).filter((item) => semver.valid(item) !== null));
  if (!all && !versions.includes(range!)) throw noSuchVersion(name, range!, versions);
  const removed = all ? versions : [range!];
  const left = versions.filter((version) => !removed.includes(version));
  if (!all && left.length === 0)
    throw new BananaError("USAGE", `expected another version of ${name} to stay, found ${range} alone`, {
      where: `${name}@${range}`,
      hint: `To take the whole peel away: banana-peel unpublish ${name} --all`,
    });
  const distTags = tagsWithout(document["dist-tags"], left);
  const dryRun = options.dryRun ?? false;
  if (!dryRun)
    await (all ? removeAll(name, document, context) : removeOne(name, range!, document, distTags, context));
  return { name, registry, removed, left, distTags, dryRun };
}

function requireExact(text: string, name: string, range: string | undefined, all: boolean): void {
  if (all ? range === undefined : range !== undefined && semver.valid(range) === range) return;
  throw new BananaError(
    "USAGE",
    all
      ? `expected a name alone, found ${JSON.stringify(text)}`
      : `expected an exact version, as in ${name}@1.0.0, found ${JSON.stringify(text)}`,
    { where: text, hint: "Unpublishing can't be taken back: name the one version that has to go." },
  );
}

async function removeAll(name: string, document: RegistryDocument, context: DocumentContext): Promise<void> {
  const url = `${documentUrl(name, context)}/-rev/${revision(document)}`;
  await askJson(url, context, { method: "DELETE" });
}

async function removeOne(
  name: string,
  version: string,
  document: RegistryDocument,
  distTags: Readonly<Record<string, string>>,
  context: DocumentContext,
): Promise<void> {
  const { [version]: gone, ...versions } = document.versions;
  const { _attachments: _, _revisions: __, ...rest } = document;
  const base = documentUrl(name, context);
  await askJson(`${base}/-rev/${revision(document)}`, context, {
    method: "PUT",
    body: { ...rest, versions, "dist-tags": distTags },
  });
  const file = tarballFile(gone!);
  if (file === undefined) return;
  const after = await readDocument(name, context);
  try {
    await askJson(`${base}/-/${file}/-rev/${revision(after)}`, context, { method: "DELETE" });
  } catch (error) {
    // A registry that took the tarball away with the version has none left.
    if (!isBananaError(error) || error.details?.status !== 404) throw error;
  }
}

/** The last part of the tarball's address; undefined when there is none. */
function tarballFile(version: Record<string, unknown>): string | undefined {
  const { tarball } = (version.dist ?? {}) as { tarball?: unknown };
  if (typeof tarball !== "string" || !URL.canParse(tarball)) return undefined;
  return new URL(tarball).pathname.split("/").at(-1);
}

function revision({ _rev }: RegistryDocument): string {
  return encodeURIComponent(typeof _rev === "string" && _rev !== "" ? _rev : "0");
}

/** The tags that still name a version; `latest` moves to the newest release, or to the newest version. */
function tagsWithout(
  tags: Readonly<Record<string, string>>,
  left: readonly string[],
): Record<string, string> {
  const kept = Object.fromEntries(Object.entries(tags).filter(([, version]) => left.includes(version)));
  const newest = semver.maxSatisfying([...left], "*") ?? left.at(-1);
  return kept.latest === undefined && newest !== undefined ? { ...kept, latest: newest } : kept;
}
