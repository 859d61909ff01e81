import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { addPeels } from "../add.js";
import type { testAuthority } from "./certificates.js";
import type { sampleProject } from "./project.js";
import type { TestRegistry } from "./test-registry.js";

/** Adds the sample peel from a registry, with lines of .npmrc behind those that name it and its authority. */
export async function addSample(
  from: {
    readonly app: Awaited<ReturnType<typeof sampleProject>>;
    readonly registry: TestRegistry;
    readonly authority: ReturnType<typeof testAuthority>;
  },
  npmrc: readonly string[],
  env: Readonly<Record<string, string>> = {},
) {
  const lines = [`registry=${from.registry.url}`, `ca=${JSON.stringify(from.authority.cert)}`, ...npmrc];
  await writeFile(join(from.app.project, ".npmrc"), `${lines.join("\n")}\n`);
  const { registry: _, ...options } = from.app.options;
  return addPeels({ ...options, env: { ...options.env, ...env }, requests: ["sample"] });
}
