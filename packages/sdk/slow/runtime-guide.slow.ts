// docs/guides/runtime.md's two programs, taken from the text: one run by Node in an app's folder, one in Chromium.
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { signSource } from "@banana-peel/client";
import type { PeelSource } from "@banana-peel/format";
import { folderSource } from "@banana-peel/format/node";
import { generateKey } from "@banana-peel/signer";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { servePage } from "./serve.js";

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const PEEL = "@peels/medical-imaging";

let app: string;
let peel: PeelSource;
let signer: string;
let other: string;

async function program(heading: string): Promise<string> {
  const text = await readFile(join(ROOT, "docs/guides/runtime.md"), "utf8");
  const section = text.split(/^## /m).find((part) => part.startsWith(`${heading}\n`));
  const found = [...(section ?? "").matchAll(/^```js\n([\s\S]*?)^```/gm)].map((match) => match[1]!);
  if (found.length !== 1) throw new Error(`expected one program under ${heading}, found ${found.length}`);
  return found[0]!;
}

/** node_modules as npm leaves it: the repository's packages, the base, and the signed peel. */
async function installAll(modules: string): Promise<void> {
  await mkdir(modules);
  for (const name of await readdir(join(ROOT, "node_modules")))
    if (!name.startsWith(".") && !name.startsWith("@banana-peel") && name !== "@peels")
      await symlink(join(ROOT, "node_modules", name), join(modules, name));
  await mkdir(join(modules, "@banana-peel"));
  await symlink(join(ROOT, "bases/nano"), join(modules, "@banana-peel/base-nano"));
  for (const path of await peel.list()) {
    const file = join(modules, PEEL, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, await peel.read(path));
  }
}

const trust = (fingerprint: string) =>
  writeFile(join(app, "banana.json"), JSON.stringify({ formatVersion: 1, trust: { [PEEL]: [fingerprint] } }));
const run = () => promisify(execFile)(process.execPath, ["main.mjs"], { cwd: app });

beforeAll(async () => {
  app = await mkdtemp(join(tmpdir(), "runtime-guide-"));
  const { key } = await generateKey();
  signer = key.identity.fingerprint;
  other = (await generateKey()).key.identity.fingerprint;
  peel = await signSource(folderSource(join(ROOT, "bases/nano/peels/medical-imaging")), key);
  await installAll(join(app, "node_modules"));
  await writeFile(join(app, "main.mjs"), await program("In Node"));
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
    const lock = {
      lockVersion: 1,
      peels: {
        [PEEL]: {
          version: (JSON.parse(String(await peelFile("peel.json"))) as { version: string }).version,
          signer,
        },
      },
    };
    const bundle = await build({
      stdin: { contents: await program("In a browser"), resolveDir: join(ROOT, "packages/sdk") },
      bundle: true,
      format: "esm",
      platform: "browser",
      write: false,
      logLevel: "error",
    });
    const server: Server = await servePage(bundle.outputFiles[0]!.text, {
      "base-nano": join(ROOT, "bases/nano"),
      ort: join(ROOT, "node_modules/onnxruntime-web/dist"),
      peels: (path) => peel.read(path.slice(PEEL.length + 1)),
      "banana.lock": async () => Buffer.from(JSON.stringify(lock)),
    });
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
    try {
      const page = await browser.newPage();
      const trouble: string[] = [];
      page.on("pageerror", (error) => trouble.push(String(error)));
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      await page
        .waitForFunction(() => document.body.textContent?.endsWith("done\n"), undefined, { timeout: 90_000 })
        .catch(() => undefined);
      expect(trouble).toEqual([]);
      const said = (await page.textContent("body"))!;
      expect(said).toContain("check backbone.onnx\n");
      expect(said).toContain(`signed by ${signer}\nchanged: true\nback: true\ndone\n`);
    } finally {
      await browser.close();
      server.close();
    }
  });
});

async function peelFile(path: string): Promise<Buffer> {
  return Buffer.from(await peel.read(path));
}
