import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";

/**
 * What a storage says, file by file and folder by folder, without what differs each time: revisions, times, and the
 * salt of passwords. Two equal ones are the same state.
 */
export async function stateOf(storage: string): Promise<Record<string, unknown>> {
  const entries = await readdir(storage, { recursive: true, withFileTypes: true });
  const state: Record<string, unknown> = {};
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    const name = relative(storage, path);
    if (name === "staging" || name === "owners") continue;
    state[name] = entry.isDirectory() ? "folder" : said(entry.name, await readFile(path));
  }
  return state;
}

function said(file: string, bytes: Buffer): unknown {
  if (file === "htpasswd")
    return bytes
      .toString("utf8")
      .split("\n")
      .map((line) => line.split(":")[0]!)
      .filter((user) => user !== "")
      .sort();
  if (file !== "package.json") return createHash("sha256").update(bytes).digest("hex");
  const { _rev: _, time, ...document } = JSON.parse(bytes.toString("utf8"));
  return { ...document, time: Object.keys(time).sort() };
}
