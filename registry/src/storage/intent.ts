import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Owner } from "./owners.js";

/**
 * What a change of a name is about to do, written before its first step, so that a failure in the middle, or the next
 * start after a crash, can take back what was half-done or finish it.
 */
export interface Intent {
  readonly name: string;
  readonly kind: "add" | "remove";
  /** Tarballs that come or go with the change. */
  readonly files: readonly string[];
  /** The name's owner before; null where nobody had it. */
  readonly owner: Owner | null;
}

const FILE = "intent.json";

/** Writes an intent into a folder of staging. */
export async function writeIntent(folder: string, intent: Intent): Promise<void> {
  await writeFile(join(folder, FILE), JSON.stringify(intent));
}

/** The intent in a folder of staging; undefined when none was written whole, so that nothing was begun. */
export async function readIntent(folder: string): Promise<Intent | undefined> {
  try {
    const { name, kind, files, owner } = JSON.parse(
      await readFile(join(folder, FILE), "utf8"),
    ) as Partial<Intent>;
    const isWhole =
      typeof name === "string" &&
      (kind === "add" || kind === "remove") &&
      Array.isArray(files) &&
      owner !== undefined;
    return isWhole ? { name, kind, files, owner } : undefined;
  } catch {
    return undefined;
  }
}
