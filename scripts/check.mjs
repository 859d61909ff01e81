// `npm run check`: everything that can be said of the tree without running a test. Runs all checks, then fails if any did.
import { spawnSync } from "node:child_process";
import { checkExports } from "./check/exports.mjs";
import { checkFiles } from "./check/files.mjs";
import { checkLayers } from "./check/layers.mjs";

const run = (...command) => {
  const { status, stdout, stderr } = spawnSync(command[0], command.slice(1), { encoding: "utf8" });
  return status === 0 ? [] : [(stdout + stderr).trim() || `${command.join(" ")}: exit ${status}`];
};

const checks = {
  types: () => run("npx", "--no-install", "tsc", "-p", "tsconfig.json"),
  "lint and format": () => run("npx", "--no-install", "biome", "check", "--error-on-warnings", "."),
  "generated files": () => run("node", "scripts/generate.mjs", "--check"),
  layers: checkLayers,
  exports: checkExports,
  files: checkFiles,
};

let failed = 0;
for (const [name, check] of Object.entries(checks)) {
  const start = performance.now();
  const problems = await check();
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${problems.length === 0 ? "ok  " : "FAIL"} ${name} (${seconds} s)`);
  for (const problem of problems) console.log(problem.replace(/^/gm, "     "));
  if (problems.length > 0) failed++;
}
if (failed > 0) process.exit(1);
