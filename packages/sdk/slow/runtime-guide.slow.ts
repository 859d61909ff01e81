// docs/guides/runtime.md's two programs, taken from the text: one run by Node in an app's folder, one in Chromium.
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { signSource } from "@banana-peel/client";
import type { PeelSource } from "@banana-peel/format";
import { folderSource } from "@banana-peel/format/node";
import { generateKey } from "@banana-peel/signer";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bundled, installAll, lockOf, programOf, ROOT, runInPage } from "./guide.js";

const GUIDE = "runtime.md";
const NAME = "@peels/medical-imaging";
const BASE = { name: "@banana-peel/base-nano", folder: join(ROOT, "bases/nano") };

let app: string;
let source: PeelSource;
let signer: string;
let other: string;

const trust = (fingerprint: string) =>
  writeFile(join(app, "banana.json"), JSON.stringify({ formatVersion: 1, trust: { [NAME]: [fingerprint] } }));
const run = () => promisify(execFile)(process.execPath, ["main.mjs"], { cwd: app });

beforeAll(async () => {
  app = await mkdtemp(join(tmpdir(), "runtime-guide-"));
  const { key } = await generateKey();
  signer = key.identity.fingerprint;
  other = (await generateKey()).key.identity.fingerprint;
  source = await signSource(folderSource(join(ROOT, "bases/nano/peels/medical-imaging")), key);
  await installAll(join(app, "node_modules"), BASE, { name: NAME, source });
  await writeFile(join(app, "main.mjs"), await programOf(GUIDE, "In Node"));
});
afterAll(() => rm(app, { recursive: true, force: true }));

describe("docs/guides/runtime.md", () => {
  test("the program for Node", async () => {
    await trust(signer);
    const { stdout } = await run();
    expect(stdout).toMatch(/^attached to 48 targets in [\d.]+ ms\nchanged: true\n/);
    expect(stdout).toContain("the same alone: true true\nback: true\n");
  });

  test("the program for Node, with a peel that somebody else signed", async () => {
    await trust(other);
    await expect(run()).rejects.toThrow(/SIGNER_NOT_TRUSTED|trust policy/);
  });

  test("the program for a browser", async () => {
    const { said, trouble } = await runInPage(await bundled(await programOf(GUIDE, "In a browser")), {
      "base-nano": BASE.folder,
      ort: join(ROOT, "node_modules/onnxruntime-web/dist"),
      peels: (path) => source.read(path.slice(NAME.length + 1)),
      "banana.lock": () => lockOf(NAME, source, signer),
    });
    expect(trouble).toEqual([]);
    expect(said).toContain("check backbone.onnx\n");
    expect(said).toContain(`signed by ${signer}\nchanged: true\nback: true\ndone\n`);
  });
});
