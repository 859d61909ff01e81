import { createHash } from "node:crypto";
import { lstat, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";

const made: string[] = [];

/** A new temporary folder; `removeScratch` removes all of them. */
export async function scratch(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "banana-peel-test-"));
  made.push(folder);
  return folder;
}

/** Removes what `scratch` made. */
export async function removeScratch(): Promise<void> {
  await Promise.all(made.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
}

/** Everything in a folder: path to the SHA-256 of a file, or the kind of anything else. Two equal ones are equal trees. */
export async function snapshot(folder: string, inside = folder): Promise<Record<string, string>> {
  const tree: Record<string, string> = {};
  for (const entry of await readdir(inside, { withFileTypes: true }).catch(() => [])) {
    const path = join(inside, entry.name);
    const name = relative(folder, path);
    if (entry.isFile())
      tree[name] = createHash("sha256")
        .update(await readFile(path))
        .digest("hex");
    else if (entry.isDirectory()) Object.assign(tree, { [name]: "folder" }, await snapshot(folder, path));
    else tree[name] = String((await lstat(path)).mode);
  }
  return tree;
}
