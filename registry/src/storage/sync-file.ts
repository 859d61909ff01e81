import { open } from "node:fs/promises";

/** Makes sure that a file's bytes are on the disk, not only in memory. */
export async function syncFile(path: string): Promise<void> {
  const file = await open(path, "r");
  try {
    await file.datasync();
  } finally {
    await file.close();
  }
}
