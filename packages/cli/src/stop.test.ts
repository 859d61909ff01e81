// Ctrl-C at the worst instant: when a command has just begun to write.
import { access, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeSafetensors } from "@banana-peel/format";
import { afterAll, beforeEach, expect, it } from "vitest";
import { cleanEnv } from "../../client/src/testing/project.js";
import { sampleCard, sampleFiles, writeBase, writeFiles } from "../../client/src/testing/sample-peel.js";
import { removeScratch, scratch, snapshot } from "../../client/src/testing/scratch.js";
import { kohyaModule } from "../../importer/src/testing/files.js";
import { run } from "./testing/run.js";

/** Sends the process SIGINT before its first write inside the folder of the environment's STOP_IN. */
const PRELOAD = `
const fs = require("node:fs");
const { resolve } = require("node:path");
const write = fs.writeFileSync;
let sent = false;
const stopping = (work, writes = () => true) => (path, ...rest) => {
  if (!sent && resolve(String(path)).startsWith(process.env.STOP_IN) && writes(rest[0])) {
    sent = true;
    write(process.env.STOP_IN + "-stopped", "");
    process.kill(process.pid, "SIGINT");
  }
  return work(path, ...rest);
};
const toWrite = (flags) => typeof flags === "string" && /[wa+]/.test(flags);
for (const name of ["mkdir", "writeFile", "rename"]) {
  fs.promises[name] = stopping(fs.promises[name]);
  fs[name + "Sync"] = stopping(fs[name + "Sync"]);
}
fs.promises.open = stopping(fs.promises.open, toWrite);
fs.openSync = stopping(fs.openSync, toWrite);
if (process.env.STOP_IN === "end") {
  const exit = process.reallyExit;
  process.reallyExit = (status) => {
    process.kill(process.pid, "SIGINT");
    write(process.env.STOP_SEEN, "");
    exit.call(process, status);
  };
}
if (process.env.STOP_IN === "stdout") {
  const print = process.stdout.write;
  process.stdout.write = (...given) => {
    // The handler of a signal runs in a later turn: until then this one, if any, has to be there.
    if (process.listenerCount("SIGINT") === 0) process.exit(99);
    process.kill(process.pid, "SIGINT");
    return print.apply(process.stdout, given);
  };
}
require("node:module").syncBuiltinESMExports();
`;

let root: string;
let app: string;
let preload: string;
beforeEach(async () => {
  root = await scratch();
  app = join(root, "app");
  preload = join(root, "preload.cjs");
  await writeFile(preload, PRELOAD);
  await writeBase(join(app, "base"), sampleCard());
  await writeBase(join(app, "other"), sampleCard({ family: "minilm", version: "3.0.0" }));
  await writeFiles(join(app, "peel"), sampleFiles());
  await mkdir(join(app, "own"));
  const lora = kohyaModule("lora_unet_blocks_0_attn_q_proj", 4, 8, 2, 2);
  await writeFile(join(app, "lora.safetensors"), writeSafetensors(new Map(Object.entries(lora))));
  const env = cleanEnv(root);
  expect((await run(["init", "--base", "base"], { cwd: app, env })).status).toBe(0);
  expect((await run(["keygen", "--out", "key.pem"], { cwd: app, env })).status).toBe(0);
});
afterAll(removeScratch);

const SIGNER = `sha256:${"0".repeat(64)}`;

it.skipIf(process.platform === "win32").each([
  ["init", "-C", "own", "--base", "base"],
  ["base", "add", "other"],
  ["trust", "add", "@team/*", SIGNER],
  ["keygen", "--out", "second.pem"],
  ["import", "lora.safetensors", "--base", "base", "-o", "made"],
  ["import", "lora.safetensors", "--base", "base", "--into", "peel"],
  ["pack", "peel", "-o", "peel.tgz"],
  ["sign", "peel", "--key", "key.pem"],
  ["new", "fresh", "--template", "peel", "--yes"],
  ["new", "fresh", "-t", "peel", "--lora", "lora.safetensors", "--base", "base", "--yes"],
])("Ctrl-C while %s %s is writing: all of it is done, or nothing with status 130", async (...args) => {
  const before = await snapshot(app);
  const env = { ...cleanEnv(root), STOP_IN: app };
  const stopped = await run(args, { cwd: app, env: { ...env, NODE_OPTIONS: `--require=${preload}` } });
  const after = await snapshot(app);
  await access(`${app}-stopped`);
  if (stopped.status === 130) {
    expect(stopped.stderr).toContain("error CANCELLED");
    expect(after).toEqual(before);
    return;
  }
  expect([stopped.status, stopped.stderr]).toEqual([0, ""]);
  expect(after).not.toEqual(before);
  expect(Object.keys(after).filter((path) => /\.tmp|\.staging/.test(path))).toEqual([]);
});

it.skipIf(process.platform === "win32").each([
  ["init", "-C", "own", "--base", "base"],
  ["import", "lora.safetensors", "--base", "base", "-o", "made"],
  ["sign", "peel", "--key", "key.pem"],
])("Ctrl-C while %s %s prints what it has done: the status says that it is done", async (...args) => {
  const env = { ...cleanEnv(root), STOP_IN: "stdout", NODE_OPTIONS: `--require=${preload}` };
  const before = await snapshot(app);
  const { status, stdout } = await run(args, { cwd: app, env });
  expect([status, stdout]).toEqual([0, expect.stringMatching(/\w/)]);
  expect(await snapshot(app)).not.toEqual(before);
});

it.skipIf(process.platform === "win32")(
  "Ctrl-C while the process ends changes nothing any more",
  async () => {
    const seen = join(root, "seen");
    const env = { ...cleanEnv(root), STOP_IN: "end", STOP_SEEN: seen, NODE_OPTIONS: `--require=${preload}` };
    const { status, stdout } = await run(["keygen", "--out", "second.pem"], { cwd: app, env });
    await access(seen);
    expect([status, stdout]).toEqual([0, expect.stringContaining("fingerprint")]);
  },
);
