// Holds every exports map against the build: publint's rules, and each entry point really imports.
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { ROOT, workspaces } from "./workspaces.mjs";

/** @returns one line for each entry point that is wrong */
export async function checkExports() {
  const problems = [];
  for (const { folder, manifest } of await workspaces()) {
    const { messages } = await publint({ pkgDir: join(ROOT, folder), strict: true, pack: false });
    for (const message of messages) {
      if (message.type === "suggestion") continue;
      problems.push(`${folder}: ${formatMessage(message, manifest, { color: false })}`);
    }
    for (const [entry, target] of Object.entries(manifest.exports ?? {})) {
      if (typeof target === "string") continue;
      try {
        const module = await import(pathToFileURL(join(ROOT, folder, target.default)).href);
        if (Object.keys(module).length === 0 && entry !== ".")
          problems.push(`${folder}: ${entry} exports nothing`);
      } catch (error) {
        problems.push(`${folder}: ${entry} does not import: ${error.message}`);
      }
    }
  }
  return problems;
}
