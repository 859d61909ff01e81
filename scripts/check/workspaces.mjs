import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** The repository's root folder. */
export const ROOT = new URL("../../", import.meta.url).pathname;

/** Every workspace: its folder relative to the root and its package.json. */
export async function workspaces() {
  const packages = (await readdir(join(ROOT, "packages"))).map((name) => `packages/${name}`);
  return Promise.all(
    [...packages, "registry", "demo"].map(async (folder) => ({
      folder,
      manifest: JSON.parse(await readFile(join(ROOT, folder, "package.json"), "utf8")),
    })),
  );
}

/** Paths of all files below a folder of the root that end in one of the suffixes, without build output. */
export async function filesBelow(folder, suffixes) {
  const entries = await readdir(join(ROOT, folder), { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() && suffixes.some((suffix) => entry.name.endsWith(suffix)))
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length))
    .filter((path) => !/(^|\/)(node_modules|dist|generated|fixtures|\.work|\.venv)\//.test(path))
    .sort();
}
