// npm's world, the whole way, as people have it: a registry, a peel that its author published, `npm install` of it into
// an app, `banana-peel trust add` of the signer, and a program that draws with the peel out of node_modules.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { copyNano, installPacked, linkOnnxruntime, ROOT } from "./packed-app.js";

const NAME = "@peels/medical-imaging";
const PEEL = join(ROOT, "bases/nano/peels/medical-imaging");
/** The command as this repository has it: its registry is a package that the app doesn't need. */
const CLI = join(ROOT, "packages/cli/bin/banana-peel.js");
const STRANGER = `sha256:${"0".repeat(64)}`;

/** Draws without the peel, with it, and without it again; no option says who may sign. */
const PROGRAM = `import { isBananaError, openBase, openImage, openPeel } from "banana-sdk";
import * as ort from "onnxruntime-node";

const base = await openBase("nano", { ort });
const model = await openImage(base);
const draw = async () => Buffer.from((await model.generate({ prompt: "brain-mri, axial", seed: 7 })).pixels);
try {
  const peel = await openPeel("${NAME}", base);
  const without = await draw();
  const { plan } = await base.setPeels([{ peel, weight: 1 }], { strategy: "attach" });
  const drawn = await draw();
  await base.setPeels([]);
  const off = await draw();
  console.log(JSON.stringify({
    attached: plan.totals.attached,
    bytes: drawn.length,
    differs: !drawn.equals(without),
    back: off.equals(without),
  }));
} catch (error) {
  if (!isBananaError(error)) throw error;
  console.log(JSON.stringify({ refused: error.code, mend: error.hint }));
}
await base.dispose();
`;

let root: string;
let app: string;
let env: NodeJS.ProcessEnv;
let registry: ChildProcess;
let signer: string;

const execute = promisify(execFile);
const node = async (...args: string[]) =>
  (await execute(process.execPath, args, { cwd: app, env, maxBuffer: 2 ** 24 })).stdout;
/** The command as npm installed it in the app. */
const peel = (...args: string[]) => node("node_modules/banana-peel/bin/banana-peel.js", ...args);
const draw = async () => JSON.parse(await node("draw.mjs"));

async function startRegistry(): Promise<string> {
  registry = spawn(process.execPath, [CLI, "registry", "start", "--port", "0", "--json"], {
    cwd: root,
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(createInterface(registry.stdout!), "line")) as [string];
  return JSON.parse(line).url;
}

async function logIn(url: string): Promise<void> {
  const args = [CLI, "login", "ada", "--registry", url, "--password-stdin"];
  const login = spawn(process.execPath, args, { cwd: app, env, stdio: ["pipe", "ignore", "inherit"] });
  login.stdin!.end("a password of ada's\n");
  expect(await once(login, "close")).toEqual([0, null]);
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "banana-npm-install-"));
  app = await mkdtemp(join(root, "app-"));
  installPacked(app, ["packages/sdk", "packages/cli"]);
  copyNano(join(app, "nano"));
  await writeFile(join(app, "draw.mjs"), PROGRAM);
  const { XDG_CACHE_HOME: _, XDG_CONFIG_HOME: __, XDG_DATA_HOME: ___, ...outer } = process.env;
  env = {
    ...outer,
    HOME: root,
    BANANA_PEEL_STORE: join(root, "store"),
    npm_config_userconfig: join(root, ".npmrc"),
    npm_config_cache: join(root, "npm-cache"),
    npm_config_update_notifier: "false",
  };
  const url = await startRegistry();
  await writeFile(join(app, ".npmrc"), `@peels:registry=${url}\n`);
  await logIn(url);
  signer = JSON.parse(await peel("keygen", "--json")).fingerprint;
  await peel("publish", PEEL);
  await execute("npm", ["install", NAME], { cwd: app, env });
  linkOnnxruntime(app);
});
afterAll(async () => {
  if (registry !== undefined) {
    registry.kill();
    await once(registry, "close");
  }
  await rm(root, { recursive: true, force: true });
});

describe("npm install of a peel, in an app that has no banana.json", () => {
  test("nobody is trusted yet: refused, with the line that says whom to trust", async () => {
    const { dependencies } = JSON.parse(await readFile(join(app, "package.json"), "utf8"));
    expect(dependencies[NAME]).toMatch(/^\^\d/);
    expect(await draw()).toEqual({
      refused: "SIGNER_NOT_TRUSTED",
      mend: expect.stringContaining(`banana-peel trust add ${NAME} ${signer}`),
    });
  });

  test("trust add of its signer: the picture differs with the peel, and is the same again without it", async () => {
    await peel("trust", "add", NAME, signer);
    const { attached, bytes, ...seen } = await draw();
    expect(attached).toBeGreaterThan(0);
    expect(bytes).toBeGreaterThan(0);
    expect(seen).toEqual({ differs: true, back: true });
    const verified = JSON.parse(await peel("verify", "medical-imaging", "--json"));
    expect(verified).toMatchObject({ name: NAME, signer, basis: "policy" });
  });

  test("trust remove, or trust in somebody else: refused again", async () => {
    await peel("trust", "remove", NAME, signer);
    expect((await draw()).refused).toBe("SIGNER_NOT_TRUSTED");
    await peel("trust", "add", "@peels/*", STRANGER);
    expect((await draw()).refused).toBe("SIGNER_NOT_TRUSTED");
    await peel("trust", "remove", "@peels/*");
  });

  test("a signer who is trusted, of a peel that was changed since: refused", async () => {
    await peel("trust", "add", NAME, signer);
    const readme = join(app, "node_modules", NAME, "README.md");
    await writeFile(readme, `${await readFile(readme, "utf8")}\nMore.\n`);
    expect((await draw()).refused).toBe("SIGNED_FILES_DIFFER");
  });
});
