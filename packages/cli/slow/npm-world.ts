import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** npm as a user has it, with a cache of its own and this repository's packages as tarballs. */
export interface NpmWorld {
  /** Runs a command in a folder, in the environment that npm installs in. */
  run(folder: string, command: string, ...args: string[]): Promise<{ stdout: string; stderr: string }>;
  /** Makes a package.json's dependencies on our packages, direct or not, those tarballs, and runs `npm install`. */
  install(folder: string): Promise<void>;
}

interface Manifest {
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  overrides?: Record<string, string>;
}

/**
 * Packs every workspace. The cache is empty, so that npm install fetches what it needs; where this machine's registry
 * doesn't answer, it is npm's own.
 * @param folder where the tarballs and the cache go
 */
export async function npmWorld(folder: string, env: Record<string, string>): Promise<NpmWorld> {
  const packed = join(folder, "packed");
  await mkdir(packed, { recursive: true });
  const { stdout } = await run("npm", ["pack", "--json", "--workspaces", "--pack-destination", packed], {
    cwd: ROOT,
    maxBuffer: 2 ** 26,
  });
  const all = JSON.parse(stdout) as { name: string; filename: string }[];
  const tarballs = Object.fromEntries(all.map((each) => [each.name, `file:${join(packed, each.filename)}`]));

  const { npm_config_cache: _, ...outer } = process.env;
  const empty = { ...outer, ...env, npm_config_cache: join(folder, "npm-cache") };
  const answers = await run("npm", ["view", "typescript", "version"], { cwd: folder, env: empty }).then(
    () => true,
    () => false,
  );
  if (!answers) console.warn("no registry of npm answers: installing from this machine's cache");
  const chosen = answers ? empty : { ...process.env, ...env, npm_config_prefer_offline: "true" };

  return {
    run: (cwd, command, ...args) => run(command, args, { cwd, env: chosen, maxBuffer: 2 ** 26 }),
    async install(app) {
      const file = join(app, "package.json");
      const manifest = JSON.parse(await readFile(file, "utf8")) as Manifest;
      for (const part of [manifest.dependencies ?? {}, manifest.devDependencies ?? {}])
        for (const name of Object.keys(part)) part[name] = tarballs[name] ?? part[name]!;
      manifest.overrides = tarballs;
      await writeFile(file, JSON.stringify(manifest));
      await run("npm", ["install", "--no-audit", "--no-fund"], { cwd: app, env: chosen });
    },
  };
}
