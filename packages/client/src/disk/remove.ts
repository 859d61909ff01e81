import type { Disk } from "./disk.js";
import { hasCode } from "./errors.js";

/** Removes a folder and everything in it; nothing happens when there is none. */
export async function removeTree(disk: Disk, folder: string): Promise<void> {
  if (!(await exists(disk, folder))) return;
  await disk.rm(folder, { recursive: true, force: true, maxRetries: 3 });
}

/** Removes folders that are empty, the first before the second, and stops at the first that isn't. */
export async function removeEmpty(disk: Disk, ...folders: string[]): Promise<void> {
  for (const folder of folders) {
    try {
      await disk.rmdir(folder);
    } catch (error) {
      if (hasCode(error, "ENOENT")) continue;
      return;
    }
  }
}

/** True when something is there, a dangling link included. */
export async function exists(disk: Disk, path: string): Promise<boolean> {
  try {
    await disk.lstat(path);
    return true;
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR")) return false;
    throw error;
  }
}
