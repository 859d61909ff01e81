/**
 * `npm run demo`: from a fresh clone to a contact sheet. Installs and builds what is missing, then runs the demo.
 * Only what comes with Node, so that it runs before anything is installed. Arguments go to the demo (`--json`).
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { endChildren, runChild } from "./demo/children.mjs";
import { needsBuild, needsInstall, noteBuild, outdatedNode } from "./demo/needs.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const say = (line) => process.stderr.write(`${line}\n`);

async function main() {
  const outdated = outdatedNode(process.versions.node);
  if (outdated !== undefined) {
    say(outdated);
    return 1;
  }
  if (needsInstall(root)) {
    say("Installing dependencies (npm ci) ...");
    // onnxruntime-node's install script would download CUDA; the CPU library is in the package.
    const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: "skip" };
    const status = await npm(["ci", "--no-audit", "--no-fund", "--loglevel=error"], env);
    if (status !== 0) return status;
  }
  if (needsBuild(root)) {
    say("Building (npm run build) ...");
    const status = await npm(["run", "--silent", "build"], process.env);
    if (status !== 0) return status;
    noteBuild(root);
  }
  return demo();
}

/** Runs the demo in a folder of its own, which goes whatever becomes of the demo. */
async function demo() {
  const temp = mkdtempSync(join(tmpdir(), "banana-peel-demo-"));
  try {
    return await runChild(process.execPath, ["demo/dist/main.js", ...process.argv.slice(2)], {
      cwd: root,
      env: { ...process.env, BANANA_PEEL_DEMO_TEMP: temp },
      quiet: false,
    });
  } finally {
    rmSync(temp, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

/** Runs npm, the one that runs this script where there is one; what it prints is shown only when it fails. */
function npm(args, env) {
  const { npm_execpath: script } = process.env;
  const [command, all] = script?.endsWith(".js") ? [process.execPath, [script, ...args]] : ["npm", args];
  return runChild(command, all, { cwd: root, env, quiet: true });
}

endChildren();
process.exitCode = await main();
