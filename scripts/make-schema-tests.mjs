// Writes schemas/tests: one document for each rule of each schema that breaks it, and one at each bound that doesn't.
// `node scripts/make-schema-tests.mjs --check` writes nothing and exits 1 when the folder differs: a rule that a
// schema lost shows as a file too many.
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { casesOf } from "./schema-tests/cases.mjs";
import { samples } from "./schema-tests/samples.mjs";

/** Larger documents aren't written; the validator's test makes them in memory. */
const MAX_BYTES = 16 * 1024;
const schemas = fileURLToPath(new URL("../schemas/", import.meta.url));
const folder = join(schemas, "tests");
const json = (value) => `${JSON.stringify(value, null, 2)}\n`;

const files = new Map();
for (const [name, { minimal, full }] of Object.entries(samples)) {
  const schema = JSON.parse(await readFile(join(schemas, `${name}.schema.json`), "utf8"));
  files.set(`valid/${name}/minimal.json`, json(minimal));
  files.set(`valid/${name}/full.json`, json(full));
  for (const { kind, place, document } of casesOf(schema, full)) {
    const text = json(document());
    if (text.length <= MAX_BYTES) files.set(`${kind}/${name}/${place}.json`, text);
  }
}

const present = (await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []))
  .filter((entry) => !entry.isDirectory())
  .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
const extra = present.filter((path) => !files.has(path));
const stale = [];
for (const [path, text] of files)
  if ((await readFile(join(folder, path), "utf8").catch(() => undefined)) !== text) stale.push(path);

if (process.argv.includes("--check")) {
  for (const path of stale)
    console.error(`stale: schemas/tests/${path} (run node scripts/make-schema-tests.mjs)`);
  for (const path of extra) console.error(`no such rule: schemas/tests/${path}`);
  if (stale.length + extra.length > 0) process.exit(1);
} else {
  for (const path of extra) await rm(join(folder, path));
  for (const path of stale) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), files.get(path));
  }
  console.log(`${files.size} documents, ${stale.length} written, ${extra.length} removed`);
}
