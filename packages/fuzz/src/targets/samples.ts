import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** The repository's root; this file is packages/fuzz/{src,dist}/targets/samples. */
export const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));

/** Bytes of files of the repository. */
export async function files(...paths: readonly string[]): Promise<Uint8Array[]> {
  return Promise.all(paths.map(async (path) => new Uint8Array(await readFile(ROOT + path))));
}

/** Bytes of a file in each folder below a path that has it. */
export async function inEach(path: string, file: string): Promise<Uint8Array[]> {
  const folders = (await readdir(ROOT + path)).sort();
  const found = await Promise.all(
    folders.map((name) => readFile(`${ROOT}${path}/${name}/${file}`).catch(() => undefined)),
  );
  return found.filter((bytes) => bytes !== undefined).map((bytes) => new Uint8Array(bytes));
}
