import { type ChildProcess, spawn } from "node:child_process";
import { appendFile, cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BaseCard, writeSafetensors } from "@banana-peel/format";
import { addUser, type Registry, startRegistry } from "@banana-peel/registry";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { removeScratch, scratch } from "../../client/src/testing/scratch.js";
import { kohyaModule } from "../../importer/src/testing/files.js";
import { type NpmWorld, npmWorld } from "./npm-world.js";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const NANO = join(ROOT, "bases/nano");
const TSC = join(ROOT, "node_modules/typescript/bin/tsc");
const TEMPLATES = ["peel", "host-node", "host-web", "host-react-native"];

let root: string;
let npm: NpmWorld;
let browser: Browser;
let registry: Registry;
const servers: ChildProcess[] = [];
const at = (name: string) => join(root, name);
/** What the user's environment holds: a login, a store and a configuration folder of the test's own. */
let env: Record<string, string>;

beforeAll(async () => {
  root = await scratch();
  env = {
    ORT_DISABLE_TELEMETRY: "1",
    EXPO_NO_TELEMETRY: "1",
    // Metro's cache, which it leaves, is the test's own.
    TMPDIR: at("temporary"),
    BANANA_PEEL_STORE: at("store"),
    XDG_CONFIG_HOME: at("config"),
  };
  await mkdir(at("temporary"));
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox"],
  });
  registry = await startRegistry({ storage: at("registry"), bases: [NANO] });
  const { token } = await addUser(registry.url, "ada");
  npm = await npmWorld(root, env);
  await mkdir(at("tools"));
  await writeFile(at("tools/package.json"), '{"dependencies":{"create-banana-peel":"*"}}');
  await npm.install(at("tools"));
  for (const name of TEMPLATES)
    await npm.run(at("tools"), "npx", "create-banana-peel", at(name), "-t", name, "-y");
  await Promise.all(TEMPLATES.map((name) => npm.install(at(name))));
  for (const name of TEMPLATES)
    await appendFile(
      at(`${name}/.npmrc`),
      `@peels:registry=${registry.url}\n//${new URL(registry.url).host}/:_authToken=${token}\n`,
    );
  await npm.run(at("peel"), "npx", "banana-peel", "keygen");
});
afterAll(async () => {
  await browser?.close();
  for (const server of servers) server.kill();
  await registry?.close();
  await removeScratch();
});

/** Starts a script of the page's package.json, and gives the address that Vite serves it at. */
async function serve(script: string): Promise<string> {
  const vite = join(at("host-web"), "node_modules/vite/bin/vite.js");
  const args = [vite, ...(script === "dev" ? [] : [script]), "--port", "0"];
  const server = spawn(process.execPath, args, {
    cwd: at("host-web"),
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

describe("what npm create makes of a template, after npm install", () => {
  it("of a peel: type-checks, takes a LoRA, validates, packs, and is published", async () => {
    const folder = at("peel");
    await npm.run(folder, process.execPath, TSC, "-p", ".");
    const card = JSON.parse(await readFile(join(NANO, "base.json"), "utf8")) as BaseCard;
    const { k, n } = card.targets[0]!;
    const tensors = kohyaModule("lora_unet_blocks_0_attn_q_proj", n, k, 4, 4);
    await writeFile(at("lora.safetensors"), writeSafetensors(new Map(Object.entries(tensors))));
    const peel = (...args: string[]) => npm.run(folder, "npx", "banana-peel", ...args);
    await peel("import", at("lora.safetensors"), "--base", NANO, "--into", ".");
    await npm.run(folder, "npm", "run", "validate");
    await npm.run(folder, "npm", "run", "pack");
    expect(await readdir(folder)).toContain("peels-peel-0.1.0.tgz");
    await npm.run(folder, "npm", "run", "release");
    expect((await peel("info", "peel")).stdout).toContain("0.1.0  nano ^0.1.0");
  });

  it("in Node: builds, says what is missing, and draws with a peel that add put there", async () => {
    const folder = at("host-node");
    await npm.run(folder, "npm", "run", "build");
    await expect(npm.run(folder, "node", "dist/main.js")).rejects.toMatchObject({
      stderr: expect.stringContaining("base add DIR"),
    });
    await npm.run(folder, "npx", "banana-peel", "base", "add", NANO);
    await npm.run(folder, "npx", "banana-peel", "add", "peel");
    const { stdout } = await npm.run(folder, "npm", "start", "--", "blue-background", "out.png");
    expect(stdout).toMatch(
      /\nnano 0\.\d.+ with 1 peels[\s\S]+drew out\.png: blue-background, [a-z, -]+, in \d+ ms\n$/,
    );
    expect((await readFile(join(folder, "out.png"))).subarray(1, 4).toString()).toBe("PNG");
  });

  it("in a page: builds, and draws in Chromium with a peel that add put there", async () => {
    const folder = at("host-web");
    const peel = (...args: string[]) => npm.run(folder, "npx", "banana-peel", ...args);
    await peel("publish", join(NANO, "peels/medical-imaging"), "--registry", registry.url);
    await cp(NANO, join(folder, "public/base"), {
      recursive: true,
      filter: (path) => !path.includes("/peels"),
    });
    await peel("base", "add", "-C", "public", "public/base");
    await peel("add", "-C", "public", "medical-imaging");
    await npm.run(folder, "npm", "run", "build");
    expect(await readdir(join(folder, "dist"))).toContain("banana.lock");

    const page = await browser.newPage();
    for (const script of ["preview", "dev"]) {
      await page.goto(await serve(script));
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
      const workers = page.workers().map((worker) => worker.url());
      expect(workers).toContainEqual(expect.stringMatching(/\/ort\.wasm\.[^/]*$/));
    }
    await page.close();
  });

  it("in React Native: type-checks, and Metro and Hermes make a bundle of it", async () => {
    const folder = at("host-react-native");
    await npm.run(folder, "npm", "run", "types");
    const flags = ["--platform", "android", "--output-dir", "dist"];
    await npm.run(folder, "npx", "expo", "export", ...flags);
    const made = join(folder, "dist/_expo/static/js/android");
    const bundle = (await readdir(made)).find((name) => /^index-.*\.hbc$/.test(name));
    // A device is needed to run it; that banana-sdk is inside is told by one of its error codes.
    expect((await readFile(join(made, bundle!))).includes("SIGNATURE_MISSING")).toBe(true);
  });
});
