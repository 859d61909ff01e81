import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ERROR_CODES, type ErrorCode, errorInfo, writeSafetensors } from "@banana-peel/format";
import { addUser, type Registry, startRegistry } from "@banana-peel/registry";
import type { Command } from "commander";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { cleanEnv } from "../../client/src/testing/project.js";
import { sampleCard, sampleFiles, writeBase, writeFiles } from "../../client/src/testing/sample-peel.js";
import { removeScratch, scratch } from "../../client/src/testing/scratch.js";
import { kohyaModule } from "../../importer/src/testing/files.js";
import { createProgram } from "./program.js";
import { BIN, type Run } from "./testing/run.js";
import { runHere as cli } from "./testing/run-here.js";
import { coloursFor } from "./ui/colours.js";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const NANO = fileURLToPath(new URL("../../../bases/nano", import.meta.url));
const MODEL = new URL("../../conformance/vectors/inspect/dynamo-nbits4.onnx", import.meta.url);
const here = process.cwd();
let registry: Registry;
let root: string;
let all: [string, Command][];

beforeAll(async () => {
  root = await scratch();
  registry = await startRegistry({ storage: join(root, "registry"), bases: [sampleCard()] });
  const { token } = await addUser(registry.url, "ada");
  const env = {
    ...cleanEnv(root),
    XDG_CONFIG_HOME: join(root, "config"),
    BANANA_PEEL_STORE: join(root, "store"),
  };
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  const host = new URL(registry.url).host;
  await writeFile(join(root, ".npmrc"), `registry=${registry.url}\n//${host}/:_authToken=${token}\n`);
  await writeBase(join(root, "base"));
  await writeBase(join(root, "base2"), sampleCard({ family: "other" }));
  await writeFiles(join(root, "peel"), sampleFiles());
  await writeFiles(join(root, "next"), sampleFiles({ version: "1.1.0" }));
  await mkdir(join(root, "model"));
  await copyFile(MODEL, join(root, "model/model.onnx"));
  const tensors = Object.entries(kohyaModule("lora_unet_blocks_0_attn_q_proj", 4, 8, 2, 2));
  await writeFile(join(root, "lora.safetensors"), writeSafetensors(new Map(tensors)));
  process.chdir(root);
  const quiet = { write: () => true };
  const io = { stdout: quiet, stderr: quiet, colours: coloursFor({}) };
  all = leaves(await createProgram([], io, () => undefined));
});
afterAll(async () => {
  process.chdir(here);
  vi.unstubAllEnvs();
  await registry?.close();
  await removeScratch();
});

function leaves(command: Command, words: readonly string[] = []): [string, Command][] {
  const inner = command.commands.filter((each) => each.name() !== "help");
  if (inner.length === 0) return [[words.join(" "), command]];
  return inner.flatMap((each) => leaves(each, [...words, each.name()]));
}

/** The one JSON document on stdout; fails where there is none, two, or anything beside it. */
function document({ stdout }: Run, of: string): Record<string, unknown> {
  expect(stdout, of).toMatch(/^\{[\s\S]*\}\n$/);
  const value: unknown = JSON.parse(stdout); // a second document would not parse
  return value as Record<string, unknown>;
}

const PICTURE = ["--base", NANO, "--prompt", "face", "--seed", "1", "--steps", "1", "-o", "face.png"];

/** A way through every command, in an order in which each succeeds. Statuses other than 0 are those of a report. */
const WAY: readonly (readonly [words: string, args?: readonly string[], status?: number])[] = [
  ["new", ["made", "--yes", "--name", "@me/made", "--description", "Made.", "--license", "CC0-1.0"]],
  ["keygen"],
  ["import", ["lora.safetensors", "--base", "base", "-o", "imported"]],
  ["validate", ["peel", "--base", "base"]],
  ["pack", ["peel", "-o", "peel.tgz"]],
  ["sign", ["peel.tgz"]],
  ["publish", ["peel"]],
  ["publish", ["next", "--dry-run"]],
  ["publish", ["next"]],
  ["init", ["--base", "base"]],
  ["base add", ["base2"]],
  ["base list", [], 3], // the weights are missing, as the report says
  ["base inspect", ["model/model.onnx", "--family", "tiny", "--license", "CC0-1.0"]],
  ["add", ["sample@1.0.0"]],
  ["install"],
  ["list"],
  ["why", ["sample"]],
  ["outdated", [], 1],
  ["update"],
  ["verify", ["sample"]],
  ["audit"],
  ["diff", ["peel", "next"]],
  ["trust add", ["@me/*", `sha256:${"7".repeat(64)}`]],
  ["trust list"],
  ["trust remove", ["@me/*"]],
  ["search", ["sample"]],
  ["info", ["sample"]],
  ["whoami"],
  ["plan", [join(NANO, "peels/medical-imaging"), "--base", NANO, "--strategy", "attach"]],
  ["merge", [join(NANO, "peels/medical-imaging"), "--base", NANO, "--out", "merged"]],
  ["generate", PICTURE],
  ["cache list"],
  ["cache verify"],
  ["cache clean"],
  ["doctor"],
  ["completion", ["bash"]],
  ["explain"],
  ["explain", ["SHAPE_MISMATCH"]],
  ["remove", ["sample"]],
  ["deprecate", ["sample@1.0.0", "use another"]],
  ["unpublish", ["sample", "--all"]],
  ["logout"],
];
/** Commands that wait: for a password on stdin, and for a signal. They have a test of their own. */
const WAITING = ["login", "registry start"];

/** Each command asked for something that can't be, as far as it can be asked for that. */
const WRONG: Readonly<Record<string, readonly string[]>> = {
  new: ["made", "--yes"],
  keygen: ["--out", "."],
  import: ["nowhere.safetensors", "--base", "base", "-o", "x"],
  validate: ["nowhere"],
  pack: ["nowhere"],
  sign: ["nowhere"],
  publish: ["nowhere"],
  deprecate: ["gone@1.0.0", "x"],
  unpublish: ["gone", "--all"],
  init: ["--base", "nowhere"],
  add: ["gone"],
  remove: ["gone"],
  install: ["-C", "nowhere"],
  update: ["gone"],
  outdated: ["-C", "nowhere"],
  list: ["-C", "nowhere"],
  why: ["gone"],
  audit: ["-C", "nowhere"],
  verify: ["gone"],
  "trust list": ["-C", "nowhere"],
  "trust add": ["x", "no-fingerprint"],
  "trust remove": ["@gone/*"],
  plan: ["gone", "--base", NANO],
  merge: ["gone", "--base", NANO, "--out", "x"],
  generate: ["--base", "nowhere", "--prompt", "x", "-o", "x.png"],
  diff: ["nowhere", "next"],
  "base add": ["nowhere"],
  "base inspect": ["nowhere.onnx", "--family", "a", "--license", "MIT"],
  "base list": ["-C", "nowhere"],
  search: ["x", "--registry", "http://127.0.0.1:1/"],
  info: ["gone"],
  login: ["ada"],
  logout: ["--registry", "http://127.0.0.1:1/"],
  whoami: ["--registry", "http://127.0.0.1:1/"],
  "registry start": ["--registri"],
  "cache list": ["--nonsense"],
  "cache verify": ["--nonsense"],
  "cache clean": ["--nonsense"],
  doctor: ["--nonsense"],
  completion: ["tcsh"],
  explain: ["NO_SUCH_CODE"],
};

describe("with --json every command prints exactly one JSON document", () => {
  it("when it succeeds", async () => {
    for (const [words, args = [], status = 0] of WAY) {
      const ran = await cli(...words.split(" "), ...args, "--json");
      const label = `${words} ${args.join(" ")}: ${ran.stderr}`;
      expect(ran.status, label).toBe(status);
      expect(document(ran, label), label).not.toHaveProperty("error");
    }
    const ways = new Set([...WAY.map(([words]) => words), ...WAITING]);
    expect([...ways].sort()).toEqual(all.map(([words]) => words).sort());
  });

  it("when it fails, with the status of the error's code", async () => {
    expect(Object.keys(WRONG).sort()).toEqual(all.map(([words]) => words).sort());
    for (const [words, args] of Object.entries(WRONG)) {
      const ran = await cli(...words.split(" "), ...args, "--json");
      const label = `${words} ${args.join(" ")}: ${ran.stderr}`;
      expect(document(ran, label), label).toHaveProperty("error");
      const { error } = document(ran, label) as { error: { code: ErrorCode; hint?: string } };
      expect(ERROR_CODES, label).toContain(error.code);
      expect(ran.status, label).toBe(errorInfo(error.code).exit);
      expect(ran.stderr, label).toContain(`error ${error.code}: `);
      expect(error.hint, label).toBeTruthy();
    }
  });

  it("when an argument is missing or an option isn't known", async () => {
    for (const [words, command] of all) {
      const needed = command.registeredArguments.some(({ required }) => required);
      const ran = await cli(...words.split(" "), ...(needed ? [] : ["--no-such-option"]), "--json");
      expect([ran.status, document(ran, words)], words).toMatchObject([2, { error: { code: "USAGE" } }]);
    }
  });

  it("when it waits: a login on stdin, a registry that a signal stops", async () => {
    const child = (args: readonly string[]) => {
      const started = spawn(process.execPath, [BIN, ...args, "--json"], { stdio: "pipe" });
      let stdout = "";
      started.stdout.on("data", (data) => {
        stdout += data;
      });
      return { started, text: () => stdout };
    };
    const login = child(["login", "eve", "--password-stdin", "--registry", registry.url]);
    login.started.stdin.end("s3cret\n");
    expect(await once(login.started, "close")).toEqual([0, null]);
    expect(document({ status: 0, stderr: "", stdout: login.text() }, "login").username).toBe("eve");
    const host = child(["registry", "start", "--port", "0", "--storage", "other"]);
    await vi.waitFor(() => expect(host.text()).toContain("}"), { timeout: 60_000, interval: 50 });
    host.started.kill("SIGTERM");
    await once(host.started, "close");
    expect(document({ status: 0, stderr: "", stdout: host.text() }, "registry").url).toMatch(/^http:/);
    expect(await readFile(join(root, ".npmrc"), "utf8")).toContain("_authToken=");
  });
});
