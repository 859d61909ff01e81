// Writes everything that is generated: from schemas/ the types in format and the checks in validator, from
// packages/runtime/kernel the WebAssembly that merges, from the tables
// of codes and rules (in the built format and validator) their pages in docs/specification, from the help of the built
// command line docs/guides/cli.md.
// `node scripts/generate.mjs --check` writes nothing and exits 1 when a file on disk differs.
import { spawnSync } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import Ajv from "ajv";
import standaloneCode from "ajv/dist/standalone/index.js";
import { compile } from "json-schema-to-typescript";
import { text as kernelText } from "./generate/merge-kernel.mjs";

/** Errors that a generated check collects; the validator's MAX_PROBLEMS. */
const MAX_ERRORS = 1000;
const BANNER = "// Generated from schemas/ by `npm run generate`. Do not edit.\n";
const root = new URL("../", import.meta.url);
const names = (await readdir(new URL("schemas/", root)))
  .filter((name) => name.endsWith(".schema.json"))
  .sort();
const schemas = await Promise.all(
  names.map(async (name) => [
    name.replace(".schema.json", ""),
    JSON.parse(await readFile(new URL(`schemas/${name}`, root), "utf8")),
  ]),
);

const outputs = new Map();
for (const [name, schema] of schemas) {
  const types = await compile(structuredClone(schema), schema.title, {
    bannerComment: BANNER,
    format: true,
    additionalProperties: false,
    ignoreMinAndMaxItems: true,
  });
  outputs.set(`packages/format/src/generated/${name}.ts`, types);
}

const ajv = new Ajv.default({
  allErrors: true,
  verbose: false,
  strict: true,
  code: { source: true, esm: true },
});
for (const [, schema] of schemas) ajv.addSchema(schema);
const exported = Object.fromEntries(schemas.map(([name, schema]) => [name, schema.$id]));
// Ajv's standalone output asks for two of its run-time helpers with require(); they are inlined here so that
// the result is one ES module without imports, for browsers too.
const inlined = standaloneCode
  .default(ajv, exported)
  .replace(
    /require\("ajv\/dist\/runtime\/ucs2length"\)\.default/g,
    "((text) => { let length = 0; for (const _ of text) length++; return length; })",
  )
  // At most MAX_ERRORS are collected: a hostile file could break a rule a million times.
  .replace(/vErrors\.push\((err\d+)\)/g, `vErrors.length < ${MAX_ERRORS} && vErrors.push($1)`)
  .replace(
    /vErrors\.concat\((validate\d+\.errors)\)/g,
    `(vErrors.length < ${MAX_ERRORS} ? vErrors.concat($1) : vErrors)`,
  )
  .replace(
    /require\("ajv\/dist\/runtime\/equal"\)\.default/g,
    "((a, b) => JSON.stringify(a) === JSON.stringify(b))",
  );
if (inlined.includes("require(")) throw new Error("Ajv's standalone code needs a helper that is not inlined");
outputs.set(
  "packages/validator/src/generated/schemas.ts",
  `${BANNER}// @ts-nocheck\n${inlined.replace('"use strict";', "")}\n`,
);

// What a message about a value can say of its schema: a tree in the shape of the data.
const notes = Object.fromEntries(schemas.map(([name, schema]) => [name, notesOf(schema, schema)]));
outputs.set(
  "packages/validator/src/generated/schema-notes.ts",
  `${BANNER}
/** What a schema says of a value: its meaning, the properties that it knows, and what it says of what is inside. */
export interface SchemaNote {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, SchemaNote>>;
  /** Of every item of an array, or every entry of a map. */
  readonly each?: SchemaNote;
}

/** By schema name. */
export const SCHEMA_NOTES: Readonly<Record<string, SchemaNote>> = ${JSON.stringify(notes, null, 2)};\n`,
);

function notesOf(schema, root) {
  const target = schema.$ref === undefined ? {} : root.definitions[schema.$ref.replace("#/definitions/", "")];
  if (target === undefined) throw new Error(`${root.$id}: no definition for ${schema.$ref}`);
  const { description, properties, items, additionalProperties } = { ...target, ...schema };
  const each = items ?? (typeof additionalProperties === "object" ? additionalProperties : undefined);
  return {
    description,
    properties:
      properties &&
      Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, notesOf(value, root)])),
    each: each && notesOf(each, root),
  };
}

const kernel = "packages/runtime/src/merge/generated/kernel.ts";
outputs.set(
  kernel,
  await kernelText(
    "// Generated from packages/runtime/kernel by `npm run generate`. Do not edit.\n",
    await readFile(new URL(kernel, root), "utf8").catch(() => undefined),
  ),
);

// The SPDX list as a module, for browsers and without Node's warning about JSON modules.
const list = async (name) => JSON.parse(await readFile(new URL(`node_modules/${name}`, root), "utf8"));
const licenses = [
  ...(await list("spdx-license-ids/index.json")),
  ...(await list("spdx-license-ids/deprecated.json")),
];
const exceptions = [
  ...(await list("spdx-exceptions/index.json")),
  ...(await list("spdx-exceptions/deprecated.json")),
];
const { version: listVersion } = await list("spdx-license-ids/package.json");
outputs.set(
  "packages/validator/src/generated/spdx.ts",
  `// Generated from spdx-license-ids ${listVersion} by \`npm run generate\`. Do not edit.

/** Identifiers of the SPDX licence list, deprecated ones too. */
export const LICENSE_IDS: readonly string[] = "${licenses.sort().join(" ")}".split(" ");

/** Identifiers of the SPDX list of exceptions. */
export const LICENSE_EXCEPTIONS: readonly string[] = "${exceptions.sort().join(" ")}".split(" ");
`,
);

const unbuilt = [];
for (const [path, page] of [
  ["docs/specification/errors.md", "./generate/errors-page.mjs"],
  ["docs/specification/rules.md", "./generate/rules-page.mjs"],
  ["docs/guides/cli.md", "./generate/cli-page.mjs"],
]) {
  const { text } = await import(page);
  const content = await text();
  if (content === undefined) unbuilt.push(path);
  else outputs.set(path, content);
}

const checkOnly = process.argv.includes("--check");
let stale = 0;
for (const [path, text] of outputs) {
  const url = new URL(path, root);
  const current = await readFile(url, "utf8").catch(() => null);
  if (current === text) continue;
  stale++;
  if (checkOnly) console.error(`stale: ${path} (run npm run generate)`);
  else {
    await mkdir(dirname(url.pathname), { recursive: true });
    await writeFile(url, text);
    console.log(`wrote ${path}`);
  }
}
// The conformance cases and the schemas' tests have their own scripts, run here so that one command does it all.
for (const name of ["make-cases.mjs", "make-schema-tests.mjs"]) {
  const script = fileURLToPath(new URL(name, import.meta.url));
  const { status } = spawnSync(process.execPath, [script, ...process.argv.slice(2)], { stdio: "inherit" });
  if (status !== 0) process.exitCode = 1;
}
for (const path of unbuilt) console.error(`skipped: ${path} (run npm run build first)`);
if (checkOnly && stale + unbuilt.length > 0) process.exit(1);
