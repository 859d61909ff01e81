import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { card } from "../testing/sample-peel.js";

// Verdaccio takes a second to load, and much longer on a busy machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const CLI = join(import.meta.dirname, "../../bin/banana-peel-registry.js");

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "banana-peel-registry-cli-"));
});
afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  await rm(folder, { recursive: true, force: true });
});

const children: ChildProcess[] = [];

interface Run {
  child: ChildProcess;
  out: () => string;
  err: () => string;
  ended: Promise<number | null>;
}

/** Runs the built command with a home of its own. */
function run(...args: string[]): Run {
  const home = join(folder, "home");
  const child = spawn(process.execPath, [CLI, ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: home, XDG_CONFIG_HOME: home, TMPDIR: join(folder, "tmp") },
  });
  children.push(child);
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk) => {
    out += chunk;
  });
  child.stderr.on("data", (chunk) => {
    err += chunk;
  });
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  return { child, out: () => out, err: () => err, ended };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe("banana-peel-registry", () => {
  it.each(["SIGINT", "SIGTERM"] as const)("starts, answers, and stops at once on %s", async (signal) => {
    await writeFile(join(folder, "base.json"), JSON.stringify(card));
    const storage = join(folder, `storage-${signal}`);
    const { child, out, err, ended } = run(
      ...["--storage", storage, "--port", "0", "--bases", folder, "--json"],
    );
    await until(() => out().includes("\n") || err() !== "");
    expect(err()).toBe("");
    const { url } = JSON.parse(out());
    expect((await fetch(new URL("-/ping", url))).status).toBe(200);
    const stopping = performance.now();
    child.kill(signal);
    expect(await ended).toBe(0);
    expect(performance.now() - stopping).toBeLessThan(30_000);
    await expect(fetch(new URL("-/ping", url))).rejects.toThrow();
    // Nothing but the storage was written.
    expect((await readdir(folder)).filter((name) => !name.startsWith("storage-"))).toEqual(["base.json"]);
  });

  it("says what is wrong with its arguments", async () => {
    for (const [args, code, status] of [
      [[], "USAGE", 2],
      [["--storage", "s", "--port", "70000"], "USAGE", 2],
      [["--storage", "s", "--log", "loud"], "USAGE", 2],
      [["--storage", "s", "--unknown"], "USAGE", 2],
      [["--storage", "s", "--bases", join(folder, "none")], "FILE_MISSING", 3],
      [["--storage", "s", "--trust", join(folder, "none.json")], "FILE_MISSING", 3],
    ] as const) {
      const { err, ended } = run(...args);
      expect(await ended, args.join(" ")).toBe(status);
      expect(err()).toMatch(new RegExp(`^error ${code}: (expected|Unknown)`));
    }
    expect(await readdir(folder)).not.toContain("s");
  });

  it("prints its help", async () => {
    const { out, ended } = run("--help");
    expect(await ended).toBe(0);
    expect(out()).toContain("--storage FOLDER");
  });

  it("fails on a port that is taken", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const { err, ended } = run("--storage", join(folder, "storage-taken"), "--port", String(port));
    expect(await ended).toBe(6);
    expect(err()).toMatch(/^error LISTEN_FAILED: expected .+\n {2}at 127\.0\.0\.1:\d+\n {2}mend: .+\n$/);
    server.close();
  });
});
