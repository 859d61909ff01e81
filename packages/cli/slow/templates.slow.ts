import { type ChildProcess, execFile, spawn } from "node:child_process";
import { cp, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { addUser, startRegistry } from "@banana-peel/registry";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { removeScratch, scratch } from "../../client/src/testing/scratch.js";
import { runHere as cli } from "../src/testing/run-here.js";

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const NANO = join(ROOT, "bases/nano");
const TSC = join(ROOT, "node_modules/typescript/bin/tsc");
const VITE = join(ROOT, "node_modules/vite/bin/vite.js");

let root: string;
let browser: Browser;
const servers: ChildProcess[] = [];
beforeAll(async () => {
  root = await scratch();
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox"],
  });
});
afterAll(async () => {
  await browser?.close();
  for (const server of servers) server.kill();
  await removeScratch();
});

const at = (name: string) => join(root, name);
/** The packages that npm install would bring: those of this repository. */
async function install(folder: string): Promise<void> {
  const [from, to] = [join(ROOT, "node_modules"), join(folder, "node_modules")];
  await mkdir(to);
  // Vite serves nothing from outside of the folder, and a link leads out of it.
  for (const name of await readdir(from))
    if (name === "onnxruntime-web") await cp(join(from, name), join(to, name), { recursive: true });
    else await symlink(join(from, name), join(to, name));
}
const node = (folder: string, ...args: string[]) =>
  run(process.execPath, args, {
    cwd: folder,
    env: { ...process.env, ORT_DISABLE_TELEMETRY: "1", BANANA_PEEL_STORE: at("store") },
  });

/** Starts Vite and gives its address. */
async function serve(folder: string, command: string[]): Promise<string> {
  const server = spawn(process.execPath, [VITE, ...command, "--port", "0"], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: "1" },
  });
  servers.push(server);
  return new Promise((resolve, reject) => {
    server.on("close", (status) => reject(new Error(`vite ended with ${status}`)));
    server.stdout.setEncoding("utf8").on("data", (text: string) => {
      const [url] = /http:\/\/\S+/.exec(text) ?? [];
      if (url !== undefined) resolve(url);
    });
  });
}

describe("the templates", () => {
  it("of a peel has a configuration that type-checks", async () => {
    const folder = at("peel");
    await cli("new", folder, "-t", "peel", "-y");
    await install(folder);
    await node(folder, TSC, "-p", ".");
  });

  it("in Node type-checks, draws, and says what is missing", async () => {
    const folder = at("app");
    await cli("new", folder, "-t", "host-node", "-y");
    await install(folder);
    await node(folder, TSC);
    await expect(node(folder, "dist/main.js")).rejects.toMatchObject({
      stderr: expect.stringContaining("base add DIR"),
    });
    await cli("base", "add", NANO, "-C", folder);
    const { stdout } = await node(folder, "dist/main.js", "blue-background", "out.png");
    expect(stdout).toMatch(
      /^nano 0\.\d.+ with 0 peels[\s\S]+drew out\.png: blue-background, [a-z, -]+, in \d+ ms\n$/,
    );
    expect((await readFile(join(folder, "out.png"))).subarray(1, 4).toString()).toBe("PNG");
  });

  it("in a page type-checks, builds, and draws in Chromium with a peel that add put there", async () => {
    const folder = at("web");
    await cli("new", folder, "-t", "host-web", "-y");
    await install(folder);
    await node(folder, TSC);
    const project = join(folder, "public");
    await cp(NANO, join(project, "base"), { recursive: true, filter: (path) => !path.includes("/peels") });
    expect((await cli("base", "add", join(project, "base"), "-C", project)).status).toBe(0);
    const registry = await startRegistry({ storage: at("registry"), bases: [NANO] });
    try {
      process.env.npm_config_userconfig = at("npmrc");
      const { token } = await addUser(registry.url, "ada");
      await writeFile(at("npmrc"), `//${new URL(registry.url).host}/:_authToken=${token}\n`);
      await cli("keygen", "-o", at("key.pem"));
      const peel = join(NANO, "peels/medical-imaging");
      const sent = await cli("publish", peel, "--key", at("key.pem"), "--registry", registry.url);
      expect(sent.status, sent.stderr).toBe(0);
      const added = await cli("add", "medical-imaging", "-C", project, "--registry", registry.url);
      expect(added.status, added.stderr).toBe(0);
    } finally {
      await registry.close();
    }
    await node(folder, VITE, "build", "--logLevel", "error");
    expect(await readdir(join(folder, "dist"))).toContain("banana.lock");

    const page = await browser.newPage();
    for (const command of [["preview"], []]) {
      await page.goto(await serve(folder, command));
      const status = page.locator('[role="status"]');
      await expect.poll(() => status.textContent(), { timeout: 100_000 }).toMatch(/^(1 peels; |failed)/);
      await page.fill('input[name="prompt"]', "brain-mri axial");
      await page.click("button");
      await expect
        .poll(() => status.textContent(), { timeout: 100_000 })
        .toMatch(/^1 peels; brain-mri, axial; \d+ ms$/);
      await page.uncheck('input[name="peels"]');
      await expect
        .poll(() => status.textContent(), { timeout: 100_000 })
        .toMatch(/^0 peels; (?!brain)[a-z, -]+; \d+ ms$/);
    }
    await page.close();
  });

  it("in React Native holds to banana-sdk's types", async () => {
    const folder = at("native");
    await cli("new", folder, "-t", "host-react-native", "-y");
    await install(folder);
    // The device's packages aren't here: what the template uses of them is declared, banana-sdk's own types count.
    await cp(fileURLToPath(new URL("react-native.d.ts", import.meta.url)), join(folder, "src/device.d.ts"));
    const options = {
      module: "esnext",
      moduleResolution: "bundler",
      customConditions: ["react-native"],
      jsx: "preserve",
    };
    await writeFile(
      join(folder, "tsconfig.json"),
      JSON.stringify({
        compilerOptions: {
          ...options,
          target: "es2022",
          strict: true,
          noEmit: true,
          skipLibCheck: true,
          types: [],
        },
        include: ["src"],
      }),
    );
    await node(folder, TSC);
  });
});
