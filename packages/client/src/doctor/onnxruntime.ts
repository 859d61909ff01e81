import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import semver from "semver";
import type { Check } from "./finding.js";

/** What the runtime asks of onnxruntime-common as a peer. */
const NEEDED = "^1.30.0";

/** The project's onnxruntime-node or onnxruntime-web, by their package.json: nothing of them is loaded. */
export const checkOnnxruntime: Check = async ({ project }) => {
  const require = createRequire(join(resolve(project), "package.json"));
  const found: { name: string; version: string }[] = [];
  for (const name of ["onnxruntime-node", "onnxruntime-web", "onnxruntime-react-native"]) {
    const version = await versionOf(require, name);
    if (version !== undefined) found.push({ name, version });
  }
  if (found.length === 0)
    return [
      {
        check: "onnxruntime",
        status: "warning",
        message: "none in this project",
        hint: "Only running a base and generate need one: npm install onnxruntime-node",
      },
    ];
  return found.map(({ name, version }) => {
    const message = `${name} ${version} (made for: ${NEEDED})`;
    if (semver.satisfies(version, NEEDED)) return { check: "onnxruntime", status: "ok", message } as const;
    return {
      check: "onnxruntime",
      status: "warning",
      message,
      hint: `npm install ${name}@${NEEDED}`,
    } as const;
  });
};

async function versionOf(require: NodeJS.Require, name: string): Promise<string | undefined> {
  // Not every package exports its package.json, so the folder is looked for.
  for (const folder of require.resolve.paths(name) ?? []) {
    try {
      const { version } = JSON.parse(await readFile(join(folder, name, "package.json"), "utf8"));
      if (typeof version === "string") return version;
    } catch {
      // The next folder may have it.
    }
  }
  return undefined;
}
