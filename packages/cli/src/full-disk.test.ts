import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { sampleFiles, writeFiles } from "../../client/src/testing/sample-peel.js";
import { snapshot } from "../../client/src/testing/scratch.js";
import { BIN } from "./testing/run.js";

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "banana-peel-full-"));
  await writeFiles(join(root, "plain"), sampleFiles());
  await writeFiles(join(root, "made/peel"), sampleFiles({ name: "@peels/made" }));
  await writeFile(
    join(root, "made/peel.config.ts"),
    'export default { name: "@peels/made", version: "2.0.0", description: "Made.", license: "CC0-1.0" };\n',
  );
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** Runs the command where no file may have more than that many KiB: the system's own refusal, as of a full disk. */
function within(limit: string, ...args: string[]): Promise<{ status: number; said: string }> {
  const script = `ulimit -f ${limit}; exec "$0" "$@"`;
  const env = { PATH: process.env.PATH, HOME: root, npm_config_userconfig: join(root, "none") };
  return new Promise((resolve) => {
    execFile("bash", ["-c", script, process.execPath, BIN, ...args], { cwd: root, env }, (error, out, err) =>
      resolve({ status: Number(error?.code ?? 0), said: out + err }),
    );
  });
}

it.skipIf(process.platform === "win32").each([
  ["keygen", "--out", "key.pem"],
  ["pack", "plain"],
  ["sign", "plain", "--key", "key.pem"],
  ["publish", "made", "--key", "key.pem", "--dry-run"],
])("%s says that there is no room, leaves everything as it was, and does it with room", async (...args) => {
  const before = await snapshot(root);
  const refused = await within("0", ...args);
  expect(refused).toMatchObject({ status: 7, said: expect.stringContaining("error DISK_FULL") });
  expect(await snapshot(root)).toEqual(before);
  expect(await within("unlimited", ...args)).toMatchObject({ status: 0 });
  expect(await snapshot(root)).not.toEqual(before);
});

it.skipIf(!existsSync("/proc/self")).each([
  ["keygen", "--out", "/proc/none/key.pem"],
  ["pack", "plain", "--out", "/proc/none/peel.tgz"],
  ["new", "/proc/none/app", "--template", "peel", "--yes"],
  ["init", "--project", "/proc/none"],
])(
  "%s ends where the system lets nobody make a folder",
  async (...args) => {
    // Node's own recursive mkdir would never end; nothing that runs on is left behind.
    const child = new Promise<{ status: unknown; said: string }>((resolve) => {
      const options = { cwd: root, env: { PATH: process.env.PATH, HOME: root }, timeout: 60_000 };
      execFile(process.execPath, [BIN, ...args], { ...options, killSignal: "SIGKILL" }, (error, out, err) =>
        resolve({ status: error?.code ?? error?.signal ?? 0, said: out + err }),
      );
    });
    expect(await child).toMatchObject({ status: 7, said: expect.stringContaining("error TARGET_READ_ONLY") });
  },
  90_000,
);
