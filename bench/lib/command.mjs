import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const peak = fileURLToPath(new URL("./peak.cjs", import.meta.url));

/**
 * Runs a Node program to its end.
 * @param {string[]} args of node
 * @param {{cwd: string, env: NodeJS.ProcessEnv}} options
 * @returns {Promise<{milliseconds: number, mebibytes: number, stdout: string}>} wall time, and peak of resident memory
 * @throws when it ends with another status than 0
 */
export function command(args, { cwd, env }) {
  const folder = mkdtempSync(join(tmpdir(), "banana-peel-bench-peak-"));
  const file = join(folder, "peak");
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(process.execPath, args, {
      cwd,
      env: { ...env, NODE_OPTIONS: `--require ${peak}`, BENCH_PEAK_FILE: file },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (text) => {
      stdout += text;
    });
    child.stderr.on("data", (text) => {
      stderr += text;
    });
    child.on("error", reject);
    child.on("close", (status) => {
      const milliseconds = performance.now() - start;
      try {
        if (status !== 0) throw new Error(`${args.join(" ")} ended with ${status}:\n${stdout}${stderr}`);
        const peaks = readFileSync(file, "utf8").trim().split("\n").map(Number);
        resolve({ milliseconds, mebibytes: Math.max(...peaks) / 1024, stdout });
      } catch (error) {
        reject(error);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
  });
}
