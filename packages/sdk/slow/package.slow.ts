// What ships: the SDK and the packages under it, packed, installed in an empty folder by npm, imported, typed, run, and
// bundled for each host.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { signSource } from "@banana-peel/client";
import { baseDigest } from "@banana-peel/format";
import { folderSource } from "@banana-peel/format/node";
import { generateKey } from "@banana-peel/signer";
import { parseBaseCard } from "@banana-peel/validator";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { copyNano, installPacked, linkOnnxruntime, ROOT } from "./packed-app.js";

/** Bytes of the whole SDK, minified and gzipped, without onnxruntime; somewhat more than it takes. */
const BUDGET = 128 * 1024;
const TSC = join(ROOT, "node_modules/typescript/bin/tsc");
/** What the programs import and this repository doesn't install, as far as they use it. */
const ABSENT = `declare module "onnxruntime-react-native" {
  export * from "onnxruntime-common";
}
declare module "onnxruntime-web/webgpu" {
  export * from "onnxruntime-common";
}
declare module "expo-file-system" {
  export class File {
    constructor(uri: string);
    bytes(): Promise<Uint8Array>;
    write(bytes: Uint8Array): void;
    create(options: { overwrite?: boolean }): void;
    delete(): void;
    open(): { offset: number | null; readBytes(length: number): Uint8Array; close(): void };
  }
  export class Directory {
    constructor(uri: string);
    create(options: { intermediates?: boolean; idempotent?: boolean }): void;
    delete(): void;
  }
  export const Paths: {
    document: { uri: string };
    cache: { uri: string };
    info(uri: string): { exists: boolean; isDirectory: boolean | null };
  };
}
`;

/** The program of the SDK's README that imports from an entry point. */
function program(language: string, entry: string): string {
  const text = readFileSync(join(ROOT, "packages/sdk/README.md"), "utf8");
  const blocks = [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, "gm"))];
  const found = blocks.map(([, code]) => code!).find((code) => code.includes(`from "${entry}"`));
  if (found === undefined) throw new Error(`no ${language} program for ${entry}`);
  return found;
}

let app: string;
const run = (command: string, ...args: string[]) =>
  execFileSync(command, args, { cwd: app, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });

/** The app as `banana-peel add medical-imaging` leaves it. */
async function installPeel(): Promise<void> {
  const { key } = await generateKey();
  const peel = await signSource(folderSource(join(ROOT, "bases/nano/peels/medical-imaging")), key);
  const folder = join(app, "peels/@peels/medical-imaging");
  for (const path of await peel.list()) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), await peel.read(path));
  }
  const base = parseBaseCard(readFileSync(join(ROOT, "bases/nano/base.json")));
  const { version } = JSON.parse(readFileSync(join(folder, "peel.json"), "utf8"));
  const entry = {
    version,
    registry: "http://localhost:4873/",
    integrity: `sha512-${Buffer.alloc(64).toString("base64")}`,
    signer: key.identity.fingerprint,
    adapters: [
      {
        file: "adapter.safetensors",
        family: base.family,
        version: base.version,
        digest: await baseDigest(base),
      },
    ],
  };
  const lock = { lockVersion: 1, peels: { "@peels/medical-imaging": entry } };
  writeFileSync(join(app, "banana.lock"), JSON.stringify(lock));
  const project = { formatVersion: 1, peels: { "@peels/medical-imaging": `^${version}` }, bases: ["nano"] };
  writeFileSync(join(app, "banana.json"), JSON.stringify(project));
}

beforeAll(async () => {
  app = mkdtempSync(join(tmpdir(), "banana-sdk-app-"));
  installPacked(app, ["packages/sdk"]);
  linkOnnxruntime(app);
  copyNano(join(app, "nano"));
  await installPeel();
});
afterAll(() => rmSync(app, { recursive: true, force: true }));

describe("installed in an empty folder", () => {
  test("the README's program for Node draws with the installed peel", () => {
    writeFileSync(join(app, "app.mjs"), program("js", "banana-sdk"));
    expect(run(process.execPath, "app.mjs")).toMatch(/\{ attached: \d+, merged: \d+, promoted: \d+ \} \d+/);
  });

  test("the programs for the browser and React Native fit the types", () => {
    const guide = readFileSync(join(ROOT, "docs/guides/react-native.md"), "utf8");
    writeFileSync(join(app, "web.ts"), program("ts", "banana-sdk/web"));
    writeFileSync(join(app, "native.ts"), program("ts", "banana-sdk/react-native"));
    writeFileSync(join(app, "files.ts"), /```ts\n([\s\S]*?)```/.exec(guide)![1]!);
    writeFileSync(join(app, "absent.d.ts"), ABSENT);
    const places = ["web.ts", "native.ts", "files.ts", "absent.d.ts"].map((name) => join(app, name));
    const flags = ["--noEmit", "--strict", "--target", "es2022", "--module", "esnext", "--skipLibCheck"];
    const resolution = ["--moduleResolution", "bundler", "--lib", "es2023,dom"];
    expect(run(process.execPath, TSC, ...flags, ...resolution, ...places)).toBe("");
  });

  test.each(["banana-sdk", "banana-sdk/node", "banana-sdk/web", "banana-sdk/react-native"])(
    "%s imports, and has its types",
    (entry) => {
      const names = run(
        process.execPath,
        "-e",
        `import("${entry}").then((m) => console.log(Object.keys(m).join()))`,
      );
      expect(names.trim().split(",")).toEqual(expect.arrayContaining(["openBase", "openImage", "openPeel"]));
      const file = join(app, "typed.ts");
      writeFileSync(
        file,
        `import { type Base, openPeel } from "${entry}";
export const open = (base: Base) => openPeel("./peel", base, { anySigner: true });
// @ts-expect-error: a base is needed
export const wrong = () => openPeel("./peel");
`,
      );
      const flags = ["--noEmit", "--strict", "--target", "es2022", "--module", "nodenext", "--skipLibCheck"];
      expect(run(process.execPath, TSC, ...flags, file)).toBe("");
    },
  );

  test("npm finds nothing missing", () => {
    expect(run("npm", "ls", "--omit=dev").includes("UNMET")).toBe(false);
  });
});

describe("bundled for a host", () => {
  test.each([
    ["the browser", "banana-sdk", ["browser"]],
    ["React Native", "banana-sdk", ["react-native"]],
  ])("%s: nothing of Node in it, and within the budget", async (host, entry, conditions) => {
    writeFileSync(join(app, "all.js"), `import * as sdk from "${entry}"; globalThis.sdk = sdk;`);
    const { outputFiles, metafile } = await build({
      entryPoints: [join(app, "all.js")],
      bundle: true,
      minify: true,
      format: "esm",
      platform: "neutral",
      mainFields: ["module", "main"],
      conditions,
      metafile: true,
      write: false,
      logLevel: "silent",
    });
    const inputs = Object.keys(metafile.inputs);
    expect(inputs.filter((path) => /\/node\/|\/tar\/|onnxruntime/.test(path))).toEqual([]);
    expect(outputFiles[0]!.text).not.toMatch(/from\s*"node:|import\("node:/);
    const bytes = gzipSync(outputFiles[0]!.contents, { level: 9 }).length;
    console.log(`banana-sdk for ${host}: ${outputFiles[0]!.contents.length} bytes, ${bytes} gzipped`);
    expect(bytes).toBeLessThan(BUDGET);
  });

  test("who only attaches a peel doesn't pay for drawing", async () => {
    writeFileSync(join(app, "few.js"), 'export { openBase, openPeel } from "banana-sdk/web";');
    const { metafile } = await build({
      entryPoints: [join(app, "few.js")],
      bundle: true,
      minify: true,
      format: "esm",
      platform: "browser",
      metafile: true,
      write: false,
      logLevel: "silent",
    });
    const bundled = Object.values(metafile.outputs)[0]!.inputs;
    const drawing = Object.entries(bundled).filter(([path]) =>
      /fast-png|packages\/image|@banana-peel\/image/.test(path),
    );
    expect(drawing.reduce((sum, [, { bytesInOutput }]) => sum + bytesInOutput, 0)).toBe(0);
  });
});
