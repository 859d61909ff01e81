import { existsSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { BASE_CARD } from "@banana-peel/format";

/** A package's name without or with its scope; never a path. */
const PACKAGE = /^(?:@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/;

/**
 * The folder of a base: a folder as it is given; else, for a package's name, that package in node_modules of the
 * working directory or of a folder above, as Node looks for it. A folder of that name goes before a package.
 */
export async function baseFolder(where: string): Promise<string> {
  if (!PACKAGE.test(where) || existsSync(join(where, BASE_CARD))) return where;
  for (let folder = resolve("."); ; folder = dirname(folder)) {
    const path = join(folder, "node_modules", ...where.split("/"));
    if (existsSync(join(path, BASE_CARD))) return realpath(path);
    if (folder === dirname(folder)) return where;
  }
}
