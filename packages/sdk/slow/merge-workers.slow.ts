// Merging in a page: the web engine's workers in Chromium give the bytes of Node, and where a page's policy or its
// bundle keeps them from starting, the page's own thread does.
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { nodeEngine } from "@banana-peel/runtime/node";
import { build } from "esbuild";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { foldTask } from "../../runtime/src/merge/task.js";
import { allRows } from "../../runtime/src/merge/works.js";
import { rowBytes } from "../../runtime/src/testing/planes.js";
import type { mergePage } from "./merge-page.js";
import { bigWeight, ROUNDS, toCalibrate } from "./page/big-weight.js";
import { sha256 } from "./page/vectors.js";
import { servePage } from "./serve.js";

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const at = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const CSP = "content-security-policy";
const WASM = "script-src 'self' 'wasm-unsafe-eval'";

/** How a page is served, whether workers start there, and whether it is cross-origin isolated. */
const PAGES = {
  "without any policy": { headers: {}, program: "worker", starts: true, isolated: false },
  "that is cross-origin isolated": {
    headers: {
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-embedder-policy": "require-corp",
    },
    program: "worker",
    starts: true,
    isolated: true,
  },
  "whose policy allows its own workers, and no blob:": {
    headers: { [CSP]: `default-src 'none'; connect-src 'self'; worker-src 'self'; ${WASM}` },
    program: "worker",
    starts: true,
    isolated: false,
  },
  "whose policy allows no worker": {
    headers: { [CSP]: `default-src 'none'; connect-src 'self'; worker-src 'none'; ${WASM}` },
    program: "worker",
    starts: false,
    isolated: false,
  },
  "whose bundle lacks the worker's program": {
    headers: {},
    program: "missing",
    starts: false,
    isolated: false,
  },
  // Import maps hold for pages, not for workers.
  "that isn't bundled, with an import map": {
    headers: {},
    program: "unresolved",
    starts: false,
    isolated: false,
  },
  "that answers its index to every address": {
    headers: {},
    program: "<!doctype html><title>app</title>",
    starts: false,
    isolated: false,
  },
} as const;

let browser: Browser;
let scripts: { page: string; worker: string; calibrator: string };
let expected: string[];

beforeAll(async () => {
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  const bundle = async (entry: string) => {
    const { outputFiles } = await build({
      entryPoints: [at(entry)],
      bundle: true,
      format: "esm",
      platform: "browser",
      write: false,
      logLevel: "error",
    });
    return outputFiles[0]!.text;
  };
  scripts = {
    page: await bundle("packages/sdk/slow/merge-page.ts"),
    worker: await bundle("packages/runtime/src/merge/web-worker.ts"),
    calibrator: await bundle("packages/runtime/src/moments/web-worker.ts"),
  };
  expected = await inNode();
});
afterAll(() => browser?.close());

/** The digests by Node's workers. */
async function inNode(): Promise<string[]> {
  const weight = bigWeight();
  const plane = weight.plane!;
  const pool = nodeEngine({ threads: 2 });
  const digests: string[] = [];
  for (const { seed } of ROUNDS) {
    const works = allRows(plane).map(({ first, rows }) => ({
      first,
      rows,
      input: rowBytes(plane, weight.bytes, first, rows),
      output: undefined,
      measure: false,
    }));
    const folded = await pool.fold(foldTask(plane, weight.parts, seed), works);
    digests.push(await sha256(Buffer.concat(folded.map(({ bytes }) => bytes))));
  }
  const { bytes: calibrated } = await pool.calibrate(toCalibrate());
  digests.push(await sha256(calibrated));
  pool.release();
  return digests;
}

describe.each(Object.entries(PAGES))("a page %s", (_, { headers, program, starts, isolated }) => {
  test("merges to Node's bytes", async () => {
    const serve = (script: string) => async () => {
      if (program === "missing") throw new Error("missing");
      const programs = { worker: script, unresolved: `import "@banana-peel/onnx";\n${script}` };
      return new TextEncoder().encode(
        program === "worker" || program === "unresolved" ? programs[program] : program,
      );
    };
    const server = await servePage(
      scripts.page,
      { "web-worker.js": serve(scripts.worker), moments: serve(scripts.calibrator) },
      headers,
    );
    const page = await browser.newPage();
    const trouble: string[] = [];
    page.on("pageerror", (error) => trouble.push(String(error)));
    try {
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      await page.waitForFunction(() => "mergePage" in globalThis);
      const result = await page.evaluate(() =>
        (globalThis as unknown as { mergePage: typeof mergePage }).mergePage.merge(),
      );
      expect(result.digests).toEqual(expected);
      expect(new Set(result.digests).size).toBe(ROUNDS.length + 1);
      expect(result.isolated).toBe(isolated);
      expect(result.turns).toBeGreaterThan(1);
      expect(result.answers).toBe(starts ? ROUNDS.length * allRows(bigWeight().plane!).length + 1 : 0);
      expect(trouble).toEqual([]);
    } finally {
      await page.close();
      server.close();
    }
  });
});
