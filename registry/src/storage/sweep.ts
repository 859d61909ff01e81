import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";

/** Files that are only there while something is written: ours (`.tmp`), and Verdaccio's locks and copies. */
const PASSING = /\.lock$|\.tmp\d*$/;

/**
 * Removes what an earlier process was about to write when it ended: beside the storage's own files, in owners/ and in
 * each package's folder. Verdaccio would wait five minutes for a lock that nobody holds.
 */
export async function sweep(storage: string): Promise<void> {
  const packages = join(storage, "packages");
  await sweepFolder(storage);
  await sweepFolder(join(storage, "owners"));
  await sweepFolder(packages);
  for (const scope of await foldersOf(packages))
    for (const folder of await foldersOf(scope)) await sweepFolder(folder);
}

async function sweepFolder(folder: string): Promise<void> {
  for (const entry of await entriesOf(folder))
    if (entry.isFile() && PASSING.test(entry.name)) await rm(join(folder, entry.name), { force: true });
}

async function foldersOf(folder: string): Promise<string[]> {
  const entries = await entriesOf(folder);
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name));
}

function entriesOf(folder: string) {
  return readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
}
