import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { folderSource } from "@banana-peel/format/node";
import { generateKey } from "@banana-peel/signer";
import { verifyPeel } from "@banana-peel/signer/verify";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { card, sampleFiles, signed } from "./testing/sample-peel.js";
import { type TestRegistry, testRegistry } from "./testing/test-registry.js";

// Verdaccio takes a second to load, and much longer on a busy machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const run = promisify(execFile);

let registry: TestRegistry;
let folder: string;
beforeAll(async () => {
  registry = await testRegistry({ bases: [card] });
  folder = await mkdtemp(join(tmpdir(), "banana-peel-npm-"));
});
afterAll(async () => {
  await registry.close();
  await rm(folder, { recursive: true, force: true });
});

/** Runs npm with a home, a cache and a configuration of its own. */
function npm(cwd: string, ...args: string[]) {
  return run("npm", [...args, "--registry", registry.url, "--no-audit", "--no-fund"], {
    cwd,
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      npm_config_cache: join(folder, "cache"),
      npm_config_userconfig: join(folder, "npmrc"),
      npm_config_update_notifier: "false",
    },
  });
}

describe("npm itself", () => {
  it("publishes, installs, deprecates and unpublishes a peel, and fails to publish what is none", async () => {
    const token = await registry.login("npm-user");
    await writeFile(join(folder, "npmrc"), `//${new URL(registry.url).host}/:_authToken=${token}\n`);
    const peel = join(folder, "peel");
    for (const [path, bytes] of await signed(sampleFiles(), (await generateKey()).key)) {
      await mkdir(dirname(join(peel, path)), { recursive: true });
      await writeFile(join(peel, path), bytes);
    }
    await npm(peel, "publish");
    await expect(npm(peel, "publish")).rejects.toMatchObject({
      stderr: expect.stringMatching(/E409|E403|cannot publish over/i),
    });

    const app = join(folder, "app");
    await mkdir(app);
    await writeFile(join(app, "package.json"), '{"name":"app","version":"1.0.0"}');
    await npm(app, "install", "@peels/sample@^1.0.0");
    const installed = join(app, "node_modules/@peels/sample");
    expect(JSON.parse(await readFile(join(installed, "peel.json"), "utf8")).name).toBe("@peels/sample");
    expect((await verifyPeel(folderSource(installed))).manifest.version).toBe("1.0.0");

    await npm(app, "dist-tag", "add", "@peels/sample@1.0.0", "stable");
    const versions = async () =>
      (await registry.send("GET", "/@peels%2fsample")).body.versions as Record<
        string,
        { deprecated?: string }
      >;
    await npm(app, "deprecate", "@peels/sample@<2", "use another");
    expect((await versions())["1.0.0"]!.deprecated).toBe("use another");
    await npm(app, "deprecate", "@peels/sample@1.0.0", "");
    expect((await versions())["1.0.0"]).not.toHaveProperty("deprecated");
    await npm(app, "unpublish", "@peels/sample@1.0.0", "--force");
    expect((await registry.send("GET", "/@peels%2fsample")).status).toBe(404);
    await expect(npm(peel, "publish"), "a version is used once").rejects.toMatchObject({
      stderr: expect.stringMatching(/E409|published before/),
    });
    const unsigned = join(folder, "unsigned");
    await mkdir(unsigned);
    await writeFile(join(unsigned, "package.json"), '{"name":"@peels/code","version":"1.0.0"}');
    await expect(npm(unsigned, "publish")).rejects.toMatchObject({
      stderr: expect.stringContaining("NOT_A_PEEL"),
    });
    expect(registry.errors).toEqual([]);
  });
});
