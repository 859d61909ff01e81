import { isBananaError, type Lockfile } from "@banana-peel/format";
import type { Catalogue } from "@banana-peel/resolver";
import semver from "semver";
import { askJson, type DocumentContext } from "../registry/document.js";
import { type AuditFinding, finding } from "./finding.js";

type Entry = Lockfile["peels"][string];

/** What the registry that a peel came from says of it now. */
export async function auditListed(name: string, entry: Entry, catalogue: Catalogue): Promise<AuditFinding[]> {
  const of = { name, version: entry.version };
  const found = await catalogue.versions(name);
  const listed = found?.versions.find(({ version }) => version === entry.version);
  if (listed === undefined)
    return [
      finding("gone", of, {
        message:
          found === undefined
            ? `${entry.registry} no longer has the peel`
            : `${entry.registry} no longer has the version`,
        hint: "It was unpublished: ask its author why, and look for another version with banana-peel outdated.",
      }),
    ];
  const findings: AuditFinding[] = [];
  if (listed.integrity !== entry.integrity)
    findings.push(
      finding("integrity", of, {
        message: `expected ${entry.integrity} as in banana.lock, ${entry.registry} now promises ${listed.integrity}`,
        hint: "A published version must never change: tell the registry's operator, and don't fetch it again.",
      }),
    );
  if (listed.deprecated !== undefined)
    findings.push(
      finding("deprecated", of, {
        message: `its author says: ${listed.deprecated.slice(0, 1000)}`,
        hint: `Update it with banana-peel update ${name}, or ask for another range.`,
      }),
    );
  return findings;
}

/** One advisory, as npm's protocol has it. */
interface Advisory {
  title: string;
  severity: string;
  range: string;
  url: string | undefined;
}

/**
 * Asks a registry for its advisories on locked versions, by npm's request for many names at once; a registry without
 * advisories answers 404, which is none.
 * @throws BananaError of the registry
 */
export async function auditAdvisories(
  registry: string,
  locked: ReadonlyMap<string, string>,
  context: DocumentContext,
): Promise<AuditFinding[]> {
  const body = Object.fromEntries([...locked].map(([name, version]) => [name, [version]]));
  let answer: unknown;
  try {
    answer = await askJson(`${registry}-/npm/v1/security/advisories/bulk`, context, { method: "POST", body });
  } catch (error) {
    if (isBananaError(error) && error.details?.status === 404) return [];
    throw error;
  }
  return [...locked].flatMap(([name, version]) =>
    advisories(answer, name)
      .filter(({ range }) => semver.satisfies(version, range, { includePrerelease: true }))
      .map(({ title, severity, range, url }) =>
        finding(
          "advisory",
          { name, version },
          {
            message: `${severity}: ${title} (${range})`,
            hint: "Update to a version outside that range, or remove the peel.",
            url,
          },
        ),
      ),
  );
}

function advisories(answer: unknown, name: string): Advisory[] {
  const all = (answer ?? {}) as Record<string, unknown>;
  const list = Object.hasOwn(all, name) ? all[name] : [];
  if (!Array.isArray(list)) return [];
  return list.slice(0, 1000).map((item: Record<string, unknown> | null) => ({
    title: text(item?.title) ?? "no title",
    severity: text(item?.severity) ?? "unknown",
    // What can't be read as a range is taken for every version: an advisory is not to be lost.
    range: semver.validRange(text(item?.vulnerable_versions) ?? "") ?? "*",
    url: text(item?.url),
  }));
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== ""
    ? value.replaceAll(/\p{Cc}/gu, " ").slice(0, 1000)
    : undefined;
}
