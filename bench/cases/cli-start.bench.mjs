import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { row } from "../lib/row.mjs";
import { medians } from "../lib/time.mjs";

const cli = fileURLToPath(new URL("../../packages/cli/bin/banana-peel.js", import.meta.url));

/** The start of the command line, beside that of Node itself. */
export default async function cliStart() {
  const run =
    (...args) =>
    () =>
      void execFileSync(process.execPath, args, { stdio: "ignore" });
  const { ours, node } = await medians({ ours: run(cli, "--version"), node: run("-e", "0") }, { rounds: 15 });
  return [
    row({
      name: "banana-peel --version",
      ours,
      beside: node,
      besideName: "node -e 0",
      goal: "<= 1.5x",
      met: (ratio) => ratio <= 1.5,
      unit: "ms",
    }),
  ];
}
