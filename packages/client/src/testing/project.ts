import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { BaseCard } from "@banana-peel/format";
import { sampleCard, writeBase } from "./sample-peel.js";
import { scratch } from "./scratch.js";

/** A project with one base, a store of its own, and options that keep the machine's settings out. */
export async function sampleProject(registry: string, card: BaseCard = sampleCard()) {
  const root = await scratch();
  const project = join(root, "app");
  const store = join(root, "store");
  await mkdir(project);
  await writeBase(join(project, "base"), card);
  await writeFile(
    join(project, "banana.json"),
    `${JSON.stringify({ formatVersion: 1, bases: ["./base"] }, null, 2)}\n`,
  );
  return { root, project, store, options: { project, store, registry, env: cleanEnv(root) } };
}

/** An environment without the user's .npmrc, proxies and store. */
export function cleanEnv(home: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    HOME: home,
    npm_config_userconfig: join(home, ".npmrc"),
    npm_config_globalconfig: join(home, "global-npmrc"),
    npm_config_fetch_retries: "0",
  };
}
