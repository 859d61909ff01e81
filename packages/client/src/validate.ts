import { resolve } from "node:path";
import { isAcceptable, type Problem, validatePeel } from "@banana-peel/validator";
import { nodeDisk } from "./disk/disk.js";
import { openSource } from "./open-source.js";
import { openBaseCard } from "./project/read-project.js";

/** What the validator found at a path. */
export interface ValidationReport {
  readonly path: string;
  /** True when there is nothing but warnings. */
  readonly valid: boolean;
  readonly problems: readonly Problem[];
  /** The bases that it was checked against. */
  readonly bases: readonly { readonly family: string; readonly version: string }[];
}

/**
 * Validates the peel in a folder or a tarball, against base cards when there are some.
 * @param bases folders with a base card
 * @throws BananaError of `openSource` and of the cards; what is wrong with the peel is in the report
 */
export async function validateFolder(path: string, bases: readonly string[] = []): Promise<ValidationReport> {
  const opened = await Promise.all(bases.map((base) => openBaseCard(resolve(base), nodeDisk, base)));
  const source = await openSource(path);
  const problems = await validatePeel(
    source,
    bases.length > 0 ? { bases: opened.map(({ card }) => card) } : {},
  );
  return {
    path,
    valid: isAcceptable(problems),
    problems,
    bases: opened.map(({ family, version }) => ({ family, version })),
  };
}
