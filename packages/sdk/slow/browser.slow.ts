// The conformance vectors in Chromium: the SDK's web entry point through onnxruntime-web's wasm back end and through
// WebGPU (SwiftShader's adapter where there is no GPU). Takes whatever packages/conformance/vectors holds.
import { readdirSync } from "node:fs";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { signSource } from "@banana-peel/client";
import { folderSource } from "@banana-peel/format/node";
import { generateKey } from "@banana-peel/signer";
import { build } from "esbuild";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mergeInNode } from "./page/node-merge.js";
import { servePage } from "./serve.js";
import { UNAVAILABLE } from "./unavailable.js";
import type { PageResult, suite } from "./vectors-page.js";

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const FLAGS = ["--no-sandbox", "--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];
const at = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const VECTORS = at("packages/conformance/vectors");
const NANO = at("bases/nano");
const MINILM = at("bases/minilm/int8");
const PEELS = {
  peel: `${NANO}/peels/medical-imaging`,
  search: at("bases/minilm/peels/python-search"),
} as const;
/** Bases that people use, with a peel each; merged in the page as setPeels does it there. */
const REAL = [
  ["nano", NANO, "peel", "nearest"],
  ["nano", NANO, "peel", "dither"],
  ["minilm", MINILM, "search", "dither"],
] as const;

const folders = (path: string) =>
  readdirSync(`${VECTORS}/${path}`, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
type Check = Exclude<keyof typeof suite, "start" | "mergeReal">;
const CASES: readonly (readonly [label: string, check: Check, name: string])[] = [
  ...folders("forms").map((name) => [`forms/${name}`, "checkForm", name] as const),
  ...folders("merge").map((name) => [`merge/${name}`, "checkTiny", name] as const),
  ["nano", "checkNano", ""],
];

let browser: Browser;
beforeAll(async () => {
  browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
});
afterAll(() => browser?.close());

test("there are vectors", () => {
  expect(CASES.length).toBeGreaterThan(29);
});

describe.each(["wasm", "webgpu"] as const)("in Chromium, by %s", (provider) => {
  let server: Server;
  let page: Page;
  const trouble: string[] = [];
  const refused: Record<string, string> = {};

  beforeAll(async () => {
    const bundle = await build({
      entryPoints: [at("packages/sdk/slow/vectors-page.ts")],
      bundle: true,
      format: "esm",
      platform: "browser",
      alias: { "onnxruntime-web": `onnxruntime-web/${provider}` },
      write: false,
      logLevel: "error",
    });
    const { key } = await generateKey();
    const peel = await signSource(folderSource(PEELS.peel), key);
    const search = await signSource(folderSource(PEELS.search), key);
    server = await servePage(bundle.outputFiles[0]!.text, {
      vectors: VECTORS,
      nano: NANO,
      minilm: MINILM,
      ort: at("node_modules/onnxruntime-web/dist"),
      peel: (path) => peel.read(path),
      search: (path) => search.read(path),
    });
    page = await browser.newPage();
    page.on("pageerror", (error) => trouble.push(String(error)));
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await page.waitForFunction(() => "suite" in globalThis);
    const ready = await page.evaluate(
      (name) => (globalThis as unknown as { suite: typeof suite }).suite.start(name),
      provider,
    );
    expect(ready, `${provider} in ${browser.version()}`).toBe(true);
  });
  afterAll(async () => {
    await page?.close();
    server?.close();
  });

  test.each(CASES)("%s", async (label, check, name) => {
    const result: PageResult = await page.evaluate(
      ([method, argument]) => (globalThis as unknown as { suite: typeof suite }).suite[method](argument),
      [check, name] as const,
    );
    expect(result.failures).toEqual([]);
    if (result.refused === undefined) expect(result.checks).toBeGreaterThan(2);
    else refused[label] = result.refused;
  });

  // Which of onnxruntime's back ends takes the weights makes no difference to them.
  test.runIf(provider === "wasm").each(REAL)(
    "merging into %s gives Node's bytes",
    async (name, base, peel, rounding) => {
      const found = await page.evaluate(
        (of) => (globalThis as unknown as { suite: typeof suite }).suite.mergeReal(...of),
        [`/${name}/`, `/${peel}/`, rounding] as const,
      );
      expect(found).toEqual(await mergeInNode(base, PEELS[peel], rounding));
      expect(new Set(Object.values(found)).size).toBeGreaterThan(30);
      expect(Object.keys(found).every((key) => key.endsWith(` ${rounding}`))).toBe(true);
    },
  );

  test("what onnxruntime-web can't run is exactly what unavailable.ts lists", () => {
    expect(refused).toEqual(UNAVAILABLE[provider]);
  });

  test("nothing went wrong in the page", () => {
    expect(trouble).toEqual([]);
  });
});
