// npm itself with a peel: published from its tarball, refused when it isn't valid, installed, audited, and run out of
// node_modules by the runtime.
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzipSync, gzipSync } from "node:zlib";
import { openPackagedPeel, openSource, packPeel, signSource } from "@banana-peel/client";
import { openImage } from "@banana-peel/image";
import { addUser, type Registry, startRegistry } from "@banana-peel/registry";
import { openPeel } from "@banana-peel/runtime";
import { openBase } from "@banana-peel/runtime/node";
import { generateKey } from "@banana-peel/signer";
import * as ort from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ROOT } from "./sandbox.js";

const run = promisify(execFile);
const BASE = join(ROOT, "bases/nano");
const NAME = "@peels/medical-imaging";

let folder: string;
let app: string;
let registry: Registry;
let fingerprint: string;
let tarball: Buffer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "banana-peel-npm-"));
  registry = await startRegistry({ storage: join(folder, "storage") });
  const { token } = await addUser(registry.url, "npm");
  const { host } = new URL(registry.url);
  await writeFile(join(folder, "npmrc"), `registry=${registry.url}\n//${host}/:_authToken=${token}\n`);
  const { key } = await generateKey();
  fingerprint = key.identity.fingerprint;
  const source = await signSource(await openSource(join(BASE, "peels/medical-imaging")), key);
  tarball = Buffer.from((await packPeel(source)).tarball);
  app = join(folder, "app");
  await mkdir(app);
  await writeFile(join(app, "package.json"), '{"name":"app","version":"1.0.0","private":true}');
});
afterAll(async () => {
  await registry.close();
  await rm(folder, { recursive: true, force: true });
});

function npm(...args: string[]) {
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    npm_config_cache: join(folder, "cache"),
    npm_config_userconfig: join(folder, "npmrc"),
    npm_config_update_notifier: "false",
  };
  return run("npm", args, { cwd: app, env });
}
const bytesOf = ({ pixels }: { pixels: Uint8ClampedArray }) => Buffer.from(pixels);
async function publish(bytes: Uint8Array) {
  const path = join(folder, "peel.tgz");
  await writeFile(path, bytes);
  return npm("publish", path);
}

describe("npm with our registry", () => {
  test("a peel whose bytes were changed after signing is refused, with the gate's reason", async () => {
    const changed = gunzipSync(tarball);
    const at = changed.indexOf("adapter.safetensors") + 512 + 4096;
    changed[at] = changed[at]! ^ 1;
    await expect(publish(gzipSync(changed))).rejects.toMatchObject({
      stderr: expect.stringMatching(/E422|SIGNED_FILES_DIFFER/),
    });
    await expect(npm("view", NAME)).rejects.toMatchObject({ stderr: expect.stringContaining("E404") });
  });

  test("the valid one is accepted, installed and audited", async () => {
    await publish(tarball);
    await npm("install", NAME, "--no-fund");
    const lock = JSON.parse(await readFile(join(app, "package-lock.json"), "utf8"));
    expect(lock.packages[`node_modules/${NAME}`].integrity).toMatch(/^sha512-/);
    const audit = JSON.parse((await npm("audit", "--json")).stdout);
    expect(audit.metadata.vulnerabilities.total).toBe(0);
    expect((await npm("audit")).stdout).toContain("found 0 vulnerabilities");
    await npm("ci", "--no-fund");
    expect(JSON.parse((await npm("outdated", "--json")).stdout)).toEqual({});
  });

  test("the runtime draws with it out of node_modules, when it is told who signs", async () => {
    await expect(openPackagedPeel(app, NAME)).rejects.toMatchObject({ code: "SIGNER_NOT_TRUSTED" });
    const verified = await openPackagedPeel(app, NAME, { signer: fingerprint });
    const base = await openBase(BASE, { ort });
    const model = await openImage(base);
    const draw = () => model.generate({ prompt: "brain-mri, axial", seed: 7 });
    const without = await draw();
    await base.setPeels([{ peel: await openPeel(verified, base), weight: 1 }]);
    expect(bytesOf(await draw()).equals(bytesOf(without))).toBe(false);
    await base.setPeels([]);
    expect(bytesOf(await draw()).equals(bytesOf(without))).toBe(true);
    await base.dispose();
  });
});
