import { basename, dirname, join, resolve } from "node:path";
import { BananaError } from "@banana-peel/format";
import { diskError, makeFolder, ownName, unmakeFolder } from "@banana-peel/format/node";
import { type Disk, nodeDisk } from "./disk.js";
import { hasCode } from "./errors.js";
import { exists, removeTree } from "./remove.js";

/**
 * Makes a folder with files so that it is there whole or not at all: beside its place, then moved there.
 * @param folder its parent is made where it is missing
 * @param files by name, without folders in between
 * @throws BananaError FOLDER_EXISTS, DISK_FULL, TARGET_READ_ONLY; what was half-written is removed
 */
export async function writeFolder(
  folder: string,
  files: ReadonlyMap<string, Uint8Array>,
  disk: Disk = nodeDisk,
): Promise<void> {
  const target = resolve(folder);
  const temporary = join(dirname(target), `.${basename(target)}.${ownName()}.tmp`);
  let made: string | undefined;
  let writing: [path: string, bytes?: number] = [folder];
  try {
    if (await exists(disk, target)) throw taken(folder);
    made = await makeFolder(dirname(target), { disk });
    await disk.mkdir(temporary);
    for (const [name, bytes] of files) {
      writing = [join(folder, name), bytes.length];
      const file = await disk.open(join(temporary, name), "wx");
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
    }
    writing = [folder];
    await disk.rename(temporary, target);
  } catch (error) {
    await removeTree(disk, temporary).catch(() => undefined);
    await unmakeFolder(dirname(target), made, disk);
    // Another program made the folder in between.
    throw hasCode(error, "ENOTEMPTY", "EEXIST") ? taken(folder) : diskError(error, ...writing);
  }
}

function taken(folder: string): BananaError {
  return new BananaError("FOLDER_EXISTS", `expected nothing at ${folder}, found something`, {
    where: folder,
    hint: "Name a new folder, or move this one away.",
  });
}
