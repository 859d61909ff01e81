// docs/guides/text.md's programs, taken from the text: one run by Node with questions on its standard input, one in Chromium.
import { spawn } from "node:child_process";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { signSource } from "@banana-peel/client";
import type { PeelSource } from "@banana-peel/format";
import { folderSource } from "@banana-peel/format/node";
import { generateKey } from "@banana-peel/signer";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bundled, installAll, lockOf, programOf, ROOT, runInPage } from "./guide.js";

const GUIDE = "text.md";
const NAME = "@peels/python-search";
const SOME_NAMES = [
  "numbers.Number",
  "numbers.Rational",
  "decimal.Decimal",
  "math.remainder",
  "builtins.round",
  "random.shuffle",
  "glob.glob",
];
const MINILM = join(ROOT, "bases/minilm");
const BASE = { name: "@banana-peel/base-minilm-int8", folder: join(MINILM, "int8") };

let app: string;
let source: PeelSource;
let signer: string;

beforeAll(async () => {
  app = await mkdtemp(join(tmpdir(), "text-guide-"));
  const { key } = await generateKey();
  signer = key.identity.fingerprint;
  source = await signSource(folderSource(join(MINILM, "peels/python-search")), key);
  await installAll(join(app, "node_modules"), BASE, { name: NAME, source });
  await writeFile(
    join(app, "banana.json"),
    JSON.stringify({ formatVersion: 1, trust: { [NAME]: [signer] } }),
  );
  await writeFile(join(app, "embed.mjs"), await programOf(GUIDE, "Sentences to vectors"));
  await writeFile(join(app, "main.mjs"), await programOf(GUIDE, "In Node"));
  await copyFile(join(MINILM, "example/names.json"), join(app, "names.json"));
});
afterAll(() => rm(app, { recursive: true, force: true }));

describe("docs/guides/text.md", () => {
  test("the program for Node answers with and without the peel", async () => {
    const child = spawn(process.execPath, ["main.mjs"], { cwd: app, stdio: ["pipe", "pipe", "pipe"] });
    child.stdin.end("Delete a file.\nRound a number up to the next integer.\n");
    const [said, trouble] = await Promise.all([text(child.stdout), text(child.stderr)]);
    expect(trouble).toBe("");
    const answers = said.split("\n").filter((line) => line.includes("the peel: "));
    expect(answers.map((line) => line.split(":")[0])).toEqual([
      "without the peel",
      "with the peel",
      "without the peel",
      "with the peel",
    ]);
    expect(answers[0]).not.toContain("remove");
    expect(answers[1]).toContain("posix.remove");
    expect(answers[2]).not.toContain("builtins.round");
    expect(answers[3]).toContain("builtins.round");
  });

  test("the program for a browser answers with and without the peel, as it is switched", async () => {
    const beside = { "embed.mjs": await programOf(GUIDE, "Sentences to vectors") };
    const bundle = await bundled(await programOf(GUIDE, "In a browser"), beside);
    const answers: string[] = [];
    const workers: string[] = [];
    const files = {
      "base-minilm": BASE.folder,
      ort: join(ROOT, "node_modules/onnxruntime-web/dist"),
      peels: (path: string) => source.read(path.slice(NAME.length + 1)),
      "banana.lock": () => lockOf(NAME, source, signer),
      "names.json": async () => new TextEncoder().encode(JSON.stringify(SOME_NAMES)),
    };
    const { said, trouble } = await runInPage(bundle, files, async (page) => {
      const output = page.locator("output");
      const answer = async () => {
        await expect.poll(() => output.textContent(), { timeout: 60_000 }).toContain(".");
        answers.push((await output.textContent())!);
      };
      await expect.poll(() => output.textContent(), { timeout: 60_000 }).toBe("ready");
      await page.fill('input[name="question"]', "Round a number up to the next integer.");
      await page.press('input[name="question"]', "Enter");
      await answer();
      await page.uncheck('input[name="on"]');
      await answer();
      await page.check('input[name="on"]');
      await answer();
      workers.push(...page.workers().map((worker) => worker.url()));
    });
    expect(trouble).toEqual([]);
    expect(answers[0]).toMatch(/^builtins\.round, /);
    expect(answers[1]).not.toMatch(/^builtins\.round, /);
    expect(answers[2]).toBe(answers[0]);
    expect(said).toContain(answers[0]!);
    expect(workers).toContainEqual(expect.stringMatching(/\/ort\.wasm[^/]*\.js$/));
  });
});
