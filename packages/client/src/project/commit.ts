import { dirname, join } from "node:path";
import { isPeelName, LOCKFILE, PROJECT_MANIFEST } from "@banana-peel/format";
import { diskError, isAbandoned, makeFolder, ownName } from "@banana-peel/format/node";
import type { Disk } from "../disk/disk.js";
import { exists, removeEmpty, removeTree } from "../disk/remove.js";
import { LOCK_PREFIX } from "./project-lock.js";
import { peelFolder } from "./read-project.js";

/**
 * How a change of a project becomes visible as a whole: everything new is written into a work folder in
 * peels/.staging; then the journal is put there by one rename, which is the moment of commitment; then its steps are
 * done, each a rename and each harmless when done again. A kill before the journal leaves the old state and a work
 * folder to be removed; a kill after it leaves steps for the next command to do.
 * Specification: docs/specification/lock.md, Changing a project.
 */
export interface Change {
  /** Peels to put in place: name to a function that makes a folder of the peel's files. */
  readonly peels: ReadonlyMap<string, (folder: string) => Promise<void>>;
  /** Peels to take away. */
  readonly removed: readonly string[];
  /** Texts of banana.json and banana.lock; undefined leaves the file as it is. */
  readonly manifest: string | undefined;
  readonly lock: string | undefined;
}

const JOURNAL = "commit.json";
const WORK_PREFIX = "work-";

/** Steps of a journal. */
interface Journal {
  /** Name of a peel to the folder in the work folder that has its files. */
  peels: [name: string, index: number][];
  removed: string[];
}

/** Makes a change; the caller holds the project's lock. On an error the project is as before. */
export async function commitChange(
  project: string,
  staging: string,
  change: Change,
  disk: Disk,
): Promise<void> {
  const work = join(staging, WORK_PREFIX + ownName());
  const undo: (() => Promise<void>)[] = [];
  try {
    await makeFolder(join(work, "new"), { disk });
    await disk.mkdir(join(work, "old"));
    const journal: Journal = { peels: [], removed: [...change.removed] };
    for (const [name, place] of change.peels) {
      await place(join(work, "new", String(journal.peels.length)));
      journal.peels.push([name, journal.peels.length]);
    }
    for (const [file, text] of [
      [LOCKFILE, change.lock],
      [PROJECT_MANIFEST, change.manifest],
    ] as const)
      if (text !== undefined) {
        await writeDurably(disk, join(work, file), text, join(project, file));
        if (await exists(disk, join(project, file)))
          await disk.copyFile(join(project, file), join(work, "old", file));
      }
    await writeDurably(disk, join(work, `${JOURNAL}.tmp`), JSON.stringify(journal));
    await disk.rename(join(work, `${JOURNAL}.tmp`), join(work, JOURNAL));
    await apply(project, work, journal, disk, undo);
  } catch (error) {
    try {
      for (const step of undo.reverse()) await step();
    } catch {
      // The way back is blocked too: the journal stays, and the next command goes forward.
      throw error;
    }
    await removeTree(disk, work).catch(() => undefined);
    throw error;
  }
  await removeTree(disk, work).catch(() => undefined);
}

/**
 * Finishes or removes what killed commands left behind; the caller holds the project's lock.
 * @returns true when a change was finished
 */
export async function recover(project: string, staging: string, disk: Disk): Promise<boolean> {
  let finished = false;
  for (const name of await disk.readdir(staging)) {
    const folder = join(staging, name);
    if (name.startsWith(LOCK_PREFIX) && isAbandoned(name.slice(LOCK_PREFIX.length)))
      await removeTree(disk, folder);
    if (!name.startsWith(WORK_PREFIX)) continue;
    const journal = await readJournal(join(folder, JOURNAL), disk);
    if (journal !== undefined) {
      await apply(project, folder, journal, disk, []);
      finished = true;
    }
    await removeTree(disk, folder);
  }
  return finished;
}

/** Does a journal's steps; those that were done already are passed over. `undo` gets what takes each step back. */
async function apply(
  project: string,
  work: string,
  journal: Journal,
  disk: Disk,
  undo: (() => Promise<void>)[],
): Promise<void> {
  const move = async (from: string, to: string) => {
    await disk.rename(from, to);
    undo.push(() => disk.rename(to, from));
  };
  for (const [name, index] of journal.peels) {
    const fresh = join(work, "new", String(index));
    if (!(await exists(disk, fresh))) continue;
    const target = peelFolder(project, name);
    const scope = dirname(target);
    if ((await makeFolder(scope, { disk })) !== undefined) undo.push(() => removeEmpty(disk, scope));
    if (await exists(disk, target)) await move(target, join(work, "old", String(index)));
    await move(fresh, target);
  }
  for (const [i, name] of journal.removed.entries()) {
    const target = peelFolder(project, name);
    const scope = dirname(target);
    const there = await exists(disk, target);
    if (there) await move(target, join(work, "old", `removed-${i}`));
    // Where nothing was there too: a command that was killed may have come no further than the move.
    await removeEmpty(disk, scope);
    // The way back needs the scope's folder again.
    if (there) undo.push(async () => void (await makeFolder(scope, { disk })));
  }
  for (const file of [LOCKFILE, PROJECT_MANIFEST]) {
    const fresh = join(work, file);
    if (!(await exists(disk, fresh))) continue;
    const target = join(project, file);
    const old = join(work, "old", file);
    const had = await exists(disk, old);
    await disk.rename(fresh, target);
    undo.push(() => (had ? disk.rename(old, target) : disk.unlink(target)));
  }
}

/** A journal, or undefined when none was put there; a folder that came with a checkout can't name other places. */
async function readJournal(path: string, disk: Disk): Promise<Journal | undefined> {
  if (!(await exists(disk, path))) return undefined;
  try {
    const { peels, removed } = JSON.parse(String(await disk.readFile(path))) as Journal;
    const sound =
      peels.every(([name, index]) => isPeelName(name) && Number.isSafeInteger(index) && index >= 0) &&
      removed.every((name) => isPeelName(name));
    return sound ? { peels, removed } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}

/** @param shown the file that it is to become, for messages */
async function writeDurably(disk: Disk, path: string, text: string, shown = path): Promise<void> {
  const bytes = Buffer.from(text);
  try {
    const file = await disk.open(path, "w");
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    throw diskError(error, shown, bytes.length);
  }
}
