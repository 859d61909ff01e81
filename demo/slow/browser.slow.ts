// The same packages in a browser: a peel is validated, verified, attached and merged inside a page of Chromium.
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { signSource } from "@banana-peel/client";
import type { PeelSource } from "@banana-peel/format";
import { folderSource } from "@banana-peel/format/node";
import { generateKey } from "@banana-peel/signer";
import { build } from "esbuild";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PageResult, tryPeel } from "./browser-page.js";
import { ROOT } from "./sandbox.js";

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const BASE = join(ROOT, "bases/nano");
const ORT = join(ROOT, "node_modules/onnxruntime-web/dist");
const TYPES: Readonly<Record<string, string>> = {
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
  ".html": "text/html",
};

/** Serves the bundled page, the base, the signed peel and onnxruntime's own files on loopback. */
function serve(script: string, peel: PeelSource): Promise<Server> {
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(request.url ?? "/").slice(1);
    try {
      const [top, ...rest] = path.split("/");
      const inside = rest.join("/");
      let body: string | Uint8Array;
      if (path === "") body = '<!doctype html><script type="module" src="/page.js"></script>';
      else if (path === "page.js") body = script;
      else if (top === "base") body = await readFile(join(BASE, inside));
      else if (top === "ort") body = await readFile(join(ORT, inside));
      else if (top === "peel") body = await peel.read(inside);
      else throw new Error("unknown path");
      response.writeHead(200, {
        "content-type": TYPES[path === "" ? ".html" : extname(path)] ?? "application/octet-stream",
      });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

let browser: Browser;
let server: Server;
let page: Page;
let paths: string[];
let signer: string;
const trouble: string[] = [];

beforeAll(async () => {
  const bundle = await build({
    entryPoints: [join(ROOT, "demo/slow/browser-page.ts")],
    bundle: true,
    format: "esm",
    platform: "browser",
    write: false,
    logLevel: "error",
  });
  const { key } = await generateKey();
  signer = key.identity.fingerprint;
  const peel = await signSource(folderSource(join(BASE, "peels/medical-imaging")), key);
  paths = await peel.list();
  server = await serve(bundle.outputFiles[0]!.text, peel);
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  page = await browser.newPage();
  page.on("pageerror", (error) => trouble.push(String(error)));
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  await page.waitForFunction(() => "tryPeel" in globalThis);
});
afterAll(async () => {
  await browser?.close();
  server?.close();
});

describe("in Chromium, by onnxruntime-web", () => {
  let result: PageResult;
  beforeAll(async () => {
    result = await page.evaluate(
      ([files, prompt, seed]) =>
        (globalThis as unknown as { tryPeel: typeof tryPeel }).tryPeel(files, prompt, seed),
      [paths, "brain-mri, axial", 7] as const satisfies readonly [string[], string, number],
    );
  });

  test("the peel is valid, and verifies as signed by the key", () => {
    expect(result.problems).toEqual([]);
    expect(result.signer).toBe(signer);
  });

  test("one changed byte is refused", () => {
    expect(result.refused).toBe("SIGNED_FILES_DIFFER");
  });

  test("attached, it changes the picture; off, the picture is the first, byte for byte", () => {
    expect(result.attached).toBeGreaterThan(0);
    expect(result.same).toEqual({ off: true, on: false });
    expect(Buffer.from(result.png, "base64").subarray(1, 4).toString()).toBe("PNG");
  });

  test("merged, it draws nearly the same as attached", () => {
    expect(result.meanDifference).toBeGreaterThan(0);
    expect(result.meanDifference).toBeLessThan(12);
  });

  test("nothing went wrong in the page", () => {
    expect(trouble).toEqual([]);
  });
});
