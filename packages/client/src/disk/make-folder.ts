import type { Disk } from "./disk.js";
import { hasCode } from "./errors.js";

/** Tries while another process removes empty folders above. */
const ATTEMPTS = 10;

/**
 * Makes a folder and those above it, also while another process removes them because they are empty.
 * @returns the topmost folder that was made; undefined when it was there
 */
export async function makeFolder(disk: Disk, folder: string): Promise<string | undefined> {
  for (let attempt = 1; ; attempt++)
    try {
      return await disk.mkdir(folder, { recursive: true });
    } catch (error) {
      if (!hasCode(error, "ENOENT") || attempt === ATTEMPTS) throw error;
    }
}
