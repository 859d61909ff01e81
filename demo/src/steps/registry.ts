import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { addUser, type Registry, startRegistry } from "@banana-peel/registry";

/** A registry of the demo's own, and a folder from which its author may publish. */
export interface DemoRegistry {
  /** Its address, with a slash at the end. */
  readonly url: string;
  /** Folder whose .npmrc holds the author's token. */
  readonly author: string;
  close(): Promise<void>;
}

/**
 * Starts a registry in this process, on a free port of this machine, that checks peels against `base`.
 * @param temp the demo's own folder: storage and token are below it
 * @param base folder of the base
 * @throws BananaError of startRegistry and addUser
 */
export async function startDemoRegistry(temp: string, base: string): Promise<DemoRegistry> {
  const registry = await startRegistry({ storage: join(temp, "registry"), bases: [base] });
  try {
    return { url: registry.url, author: await makeAuthor(temp, registry), close: () => registry.close() };
  } catch (error) {
    await registry.close();
    throw error;
  }
}

async function makeAuthor(temp: string, { url }: Registry): Promise<string> {
  const { token } = await addUser(url, "author");
  const author = join(temp, "author");
  await mkdir(author);
  const { host, pathname } = new URL(url);
  const lines = [`@peels:registry=${url}`, `//${host}${pathname}:_authToken=${token}`, ""];
  await writeFile(join(author, ".npmrc"), lines.join("\n"), { mode: 0o600 });
  return author;
}
