// Holds the layers of docs/architecture.md: who may import whom, that every import is declared, and that
// browser-safe code imports nothing of Node.
import { readFile } from "node:fs/promises";
import { builtinModules } from "node:module";
import { join } from "node:path";
import { filesBelow, ROOT, workspaces } from "./workspaces.mjs";

const ABOVE = [
  "format",
  "onnx",
  "validator",
  "signer",
  "importer",
  "resolver",
  "runtime",
  "client",
  "image",
  "sdk",
  "registry",
];
/** What a package may import at run time; by short name. */
const MAY_IMPORT = {
  conformance: [],
  format: [],
  onnx: ["format"],
  validator: ["format"],
  signer: ["format"],
  importer: ["format"],
  resolver: ["format"],
  runtime: ["format", "onnx", "signer", "validator"],
  client: ["format", "resolver", "signer", "validator"],
  image: ["format", "runtime"],
  sdk: ["format", "validator", "signer", "runtime", "client", "image"],
  "create-banana-peel": [],
  cli: ABOVE.filter((name) => name !== "registry"),
  registry: ABOVE.filter((name) => name !== "registry"),
  demo: ABOVE,
  fuzz: ABOVE,
};
/** Packages whose code, but for what lies under src/node/, runs in a browser. Signer: only its verify entry. */
const BROWSER_SAFE = {
  format: /^src\/(?!node\/)/,
  onnx: /^src\//,
  validator: /^src\//,
  signer: /^src\/(?!node\/)/,
  importer: /^src\/(?!node\/)/,
  resolver: /^src\//,
  runtime: /^src\/(?!node\/)/,
  image: /^src\/(?!node\/)/,
  sdk: /^src\/(?!node\/)/,
};
const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s[^;"'`]*?from\s*["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']\s*\)|(?:^|\n)import\s*["']([^"']+)["']/g;

/** @returns one line for each import that is not allowed */
export async function checkLayers() {
  const problems = [];
  for (const { folder, manifest } of await workspaces()) {
    const short = folder.split("/").at(-1);
    const allowed = MAY_IMPORT[short];
    if (allowed === undefined) {
      problems.push(`${folder}: not in the layers of scripts/check/layers.mjs`);
      continue;
    }
    const declared = new Set([
      ...Object.keys(manifest.dependencies ?? {}),
      ...Object.keys(manifest.peerDependencies ?? {}),
    ]);
    for (const file of await filesBelow(`${folder}/src`, [".ts"])) {
      if (/\.test\.ts$|\/testing\//.test(file)) continue;
      const text = await readFile(join(ROOT, file), "utf8");
      const inside = file.slice(folder.length + 1);
      for (const match of text.matchAll(IMPORT)) {
        const specifier = match[1] ?? match[2] ?? match[3];
        if (specifier.startsWith(".")) {
          if (/(^|\/)node\//.test(specifier) && BROWSER_SAFE[short]?.test(inside))
            problems.push(`${file}: browser-safe code imports ${specifier}`);
          continue;
        }
        if (specifier.startsWith("node:") || builtinModules.includes(specifier)) {
          if (BROWSER_SAFE[short]?.test(inside))
            problems.push(`${file}: browser-safe code imports ${specifier}`);
          if (!specifier.startsWith("node:")) problems.push(`${file}: write node:${specifier}`);
          continue;
        }
        const name = specifier
          .split("/")
          .slice(0, specifier.startsWith("@") ? 2 : 1)
          .join("/");
        if (name === manifest.name) continue;
        const typesOnly = /(?:import|export)\s+type\s/.test(match[0]);
        if (!declared.has(name) && !typesOnly)
          problems.push(`${file}: ${name} is not in ${folder}/package.json`);
        const ours = /^@banana-peel\/(.+)$/.exec(name)?.[1];
        if (ours !== undefined && !allowed.includes(ours))
          problems.push(`${file}: ${short} may not import ${ours}`);
        if (ours !== undefined && specifier.endsWith("/node") && BROWSER_SAFE[short]?.test(inside))
          problems.push(`${file}: browser-safe code imports ${specifier}`);
      }
    }
  }
  return problems;
}
