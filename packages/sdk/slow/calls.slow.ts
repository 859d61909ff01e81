// Calls at once in a page: with onnxruntime-web on the page's thread and in its own worker, with shared memory and
// without, each gives what it gives alone.
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { callsPage } from "./calls-page.js";
import { servePage } from "./serve.js";

const at = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const ISOLATED = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

let browser: Browser;
let script: string;
beforeAll(async () => {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox"],
  });
  const made = await build({
    entryPoints: [at("packages/sdk/slow/calls-page.ts")],
    bundle: true,
    format: "esm",
    platform: "browser",
    alias: { "onnxruntime-web/wasm": "/ort/ort.wasm.bundle.min.mjs" },
    external: ["/ort/*"],
    write: false,
    logLevel: "error",
  });
  script = made.outputFiles[0]!.text;
});
afterAll(() => browser?.close());

test.each([
  [false, false],
  [true, false],
  [false, true],
  [true, true],
])("calls at once give what each gives alone: own worker %s, isolated %s", async (proxy, isolated) => {
  const folders = {
    vectors: at("packages/conformance/vectors"),
    ort: at("node_modules/onnxruntime-web/dist"),
  };
  const server = await servePage(script, folders, isolated ? ISOLATED : {});
  const page = await browser.newPage();
  try {
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await page.waitForFunction(() => "callsPage" in globalThis);
    const result = await page.evaluate(
      (own) => (globalThis as unknown as { callsPage: typeof callsPage }).callsPage.calls(own),
      proxy,
    );
    expect(result).toEqual({ wrong: [], different: 5, isolated });
    const workers = page.workers().filter((worker) => worker.url().endsWith("/ort.wasm.bundle.min.mjs"));
    if (proxy) expect(workers).not.toEqual([]);
  } finally {
    await page.close();
    server.close();
  }
});
