/**
 * Runs the benchmarks of bench/cases, one process each, and writes bench/report.json.
 *
 *   npm run bench               all of them
 *   npm run bench -- swap add   those whose file name contains a word; their rows replace the earlier ones
 *   npm run bench:large         those of 1.8 billion weights, which the first leaves out: some GB of disk, minutes
 *
 * A row is {name, ours, beside, ratio, goal, met, unit, machine}; docs/guides/benchmarks.md says how to read one.
 */
import { spawn } from "node:child_process";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { machine } from "./lib/machine.mjs";
import { table } from "./lib/table.mjs";

const here = new URL(".", import.meta.url).pathname;
const reportPath = join(here, "report.json");
const words = process.argv.slice(2);
/** Cases that run only when they are named; their rows stay in the report otherwise. */
const SEPARATE = new Set(["large.bench.mjs"]);

/** Runs one case in a process of its own, so that no session or cache of another one is in its way. */
function runCase(file) {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      ["--expose-gc", join(here, "lib/one.mjs"), join(here, "cases", file)],
      {
        stdio: ["ignore", "inherit", "inherit", "ipc"],
        env: { ...process.env, ORT_DISABLE_TELEMETRY: "1" },
      },
    );
    let rows;
    child.on("message", (message) => {
      rows = message;
    });
    child.on("error", reject);
    child.on("exit", (code) =>
      code === 0 && rows ? resolve(rows) : reject(new Error(`${file} ended with ${code}`)),
    );
  });
}

const files = (await readdir(join(here, "cases"))).filter((file) => file.endsWith(".bench.mjs")).sort();
const chosen = files.filter((file) =>
  words.length === 0 ? !SEPARATE.has(file) : words.some((word) => file.includes(word)),
);
if (chosen.length === 0)
  throw new Error(`no benchmark's name contains ${words.join(" or ")}; there are ${files.join(", ")}`);

const before = JSON.parse(await readFile(reportPath, "utf8").catch(() => "[]"));
const kept = before.filter(({ separate }) => words.length > 0 || separate === true);
const rows = new Map(kept.map((row) => [row.name, row]));
const where = machine();
const failed = [];
for (const file of chosen) {
  const start = Date.now();
  process.stderr.write(`== ${file}\n`);
  try {
    const separate = SEPARATE.has(file) ? { separate: true } : {};
    for (const row of await runCase(file)) rows.set(row.name, { ...row, ...separate, machine: where });
  } catch (error) {
    failed.push(file);
    process.stderr.write(`${error.message}\n`);
  }
  process.stderr.write(`   ${((Date.now() - start) / 1000).toFixed(1)} s\n`);
}
await writeFile(reportPath, `${JSON.stringify([...rows.values()], null, 2)}\n`);
process.stdout.write(table([...rows.values()]));
if (failed.length > 0) {
  process.stderr.write(`failed: ${failed.join(", ")}\n`);
  process.exitCode = 1;
}
