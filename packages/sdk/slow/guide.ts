import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { PeelSource } from "@banana-peel/format";
import { build } from "esbuild";
import { chromium, type Page } from "playwright-core";
import { servePage } from "./serve.js";

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
export const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

// Programs of guides that open a base in this process keep merged sets here, not in the user's store.
process.env.BANANA_PEEL_STORE ??= join(tmpdir(), `banana-guide-store-${process.pid}`);

/** The one program under a heading of a guide in docs/guides. */
export async function programOf(guide: string, heading: string): Promise<string> {
  const text = await readFile(join(ROOT, "docs/guides", guide), "utf8");
  const section = text.split(/^## /m).find((part) => part.startsWith(`${heading}\n`));
  const found = [...(section ?? "").matchAll(/^```js\n([\s\S]*?)^```/gm)].map((match) => match[1]!);
  if (found.length !== 1) throw new Error(`expected one program under ${heading}, found ${found.length}`);
  return found[0]!;
}

/** node_modules as npm leaves it: the repository's packages, a base, and a signed peel. */
export async function installAll(
  modules: string,
  base: { name: string; folder: string },
  peel: { name: string; source: PeelSource },
): Promise<void> {
  await mkdir(modules);
  for (const name of await readdir(join(ROOT, "node_modules")))
    if (!name.startsWith(".") && !name.startsWith("@banana-peel") && name !== "@peels")
      await symlink(join(ROOT, "node_modules", name), join(modules, name));
  await mkdir(join(modules, "@banana-peel"));
  await symlink(base.folder, join(modules, base.name));
  for (const path of await peel.source.list()) {
    const file = join(modules, peel.name, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, await peel.source.read(path));
  }
}

/** banana.lock of a web app with one peel. */
export async function lockOf(name: string, source: PeelSource, signer: string): Promise<Uint8Array> {
  const { version } = JSON.parse(new TextDecoder().decode(await source.read("peel.json"))) as {
    version: string;
  };
  return new TextEncoder().encode(JSON.stringify({ lockVersion: 1, peels: { [name]: { version, signer } } }));
}

type Files = Parameters<typeof servePage>[1];

/** A program for a page, and the files that its script imports. */
export interface Bundle {
  readonly script: string;
  readonly files: Files;
}

/** Waits until a program has said that it is done. */
async function done(page: Page): Promise<void> {
  await page
    .waitForFunction(() => document.body.textContent?.endsWith("done\n"), undefined, { timeout: 90_000 })
    .catch(() => undefined);
}

/**
 * Runs a bundled program in a page.
 * @param use what is done with the page; by default it is waited until the program says "done"
 * @returns what stands in the page then, and its errors
 */
export async function runInPage(
  bundle: Bundle,
  files: Files,
  use: (page: Page) => Promise<void> = done,
): Promise<{ said: string; trouble: string[] }> {
  const server = await servePage(bundle.script, { ...bundle.files, ...files });
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage();
    const trouble: string[] = [];
    page.on("pageerror", (error) => trouble.push(String(error)));
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await use(page);
    return { said: (await page.textContent("body"))!, trouble };
  } finally {
    await browser.close();
    server.close();
  }
}

/** A program of a guide for a browser, with what it imports by `import()` in files of their own. `beside` are modules that it imports by ./name. */
export async function bundled(contents: string, beside: Record<string, string> = {}): Promise<Bundle> {
  const resolveDir = join(ROOT, "packages/sdk");
  const made = await build({
    stdin: { contents, resolveDir },
    outdir: "/",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "browser",
    write: false,
    logLevel: "error",
    plugins: [
      {
        name: "beside",
        setup(b) {
          b.onResolve({ filter: /^\.\/.*\.mjs$/ }, ({ path }) =>
            path.slice(2) in beside ? { path: path.slice(2), namespace: "beside" } : undefined,
          );
          b.onLoad({ filter: /.*/, namespace: "beside" }, ({ path }) => ({
            contents: beside[path]!,
            resolveDir,
          }));
        },
      },
    ],
  });
  const [script, ...others] = made.outputFiles.sort(
    (a, b) => Number(b.path.endsWith("stdin.js")) - Number(a.path.endsWith("stdin.js")),
  );
  const files = others.map(({ path, contents }) => [basename(path), async () => contents] as const);
  return { script: script!.text, files: Object.fromEntries(files) };
}
