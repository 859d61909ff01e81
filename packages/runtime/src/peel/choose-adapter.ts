import { type AdapterEntry, BananaError, type BaseCard, type PeelManifest } from "@banana-peel/format";
import { satisfies } from "semver";

/**
 * The entry of a peel that fits a base: of its family, its version in the range (node-semver's defaults), and its
 * digest where the entry pins one. An entry that pins the digest goes before one that doesn't, else the first
 * counts. Specification: docs/specification/peel.md, Bases.
 * @throws BananaError BASE_INCOMPATIBLE, saying of every entry why not
 */
export function chooseAdapter(
  manifest: PeelManifest,
  card: Pick<BaseCard, "family" | "version">,
  baseDigest: string,
): AdapterEntry {
  const fitting = manifest.adapters.filter((entry) => misfit(entry, card, baseDigest) === undefined);
  const chosen = fitting.find((entry) => entry.base.digest !== undefined) ?? fitting[0];
  if (chosen !== undefined) return chosen;
  const reasons = manifest.adapters.map((entry) => `${entry.file} is for ${misfit(entry, card, baseDigest)}`);
  throw new BananaError(
    "BASE_INCOMPATIBLE",
    `expected an adapter of ${manifest.name} for ${card.family} ${card.version}, found none: ${reasons.join("; ")}`,
    {
      where: manifest.name,
      hint: "Use the base that the peel was made for, or look for another version of the peel.",
    },
  );
}

/** What an entry wants in place of this base; undefined when it fits. */
function misfit(
  { base }: AdapterEntry,
  card: Pick<BaseCard, "family" | "version">,
  baseDigest: string,
): string | undefined {
  if (base.family !== card.family) return `the family ${base.family}`;
  if (!satisfies(card.version, base.range)) return `${base.family} ${base.range}`;
  if (base.digest !== undefined && base.digest !== baseDigest) return `the base ${base.digest}`;
  return undefined;
}
