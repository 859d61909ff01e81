// Writes packages/conformance/cases: peels that must be accepted and peels that must be refused. `node
// scripts/make-cases.mjs --check` writes nothing and exits 1 when the folder differs by a byte, a file or a case.
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { invalidAdapter } from "./cases/invalid-adapter.mjs";
import { invalidLayout } from "./cases/invalid-layout.mjs";
import { invalidManifest } from "./cases/invalid-manifest.mjs";
import { baseCard, json } from "./cases/peel.mjs";
import { valid } from "./cases/valid.mjs";

const folder = fileURLToPath(new URL("../packages/conformance/cases/", import.meta.url));
const files = new Map([
  ["base/base.json", json(baseCard)],
  [".gitattributes", "# Every byte counts: no conversion of line ends.\n* -text\n"],
]);
for (const [kind, cases] of [
  ["valid", valid],
  ["invalid", [...invalidManifest, ...invalidLayout, ...invalidAdapter]],
]) {
  for (const [name, why, rules, peel] of cases) {
    const at = `${kind}/${name}`;
    if (files.has(`${at}/README.md`)) throw new Error(`two cases have the name ${name}`);
    files.set(`${at}/README.md`, readme(kind, name, why, rules));
    files.set(`${at}/expect.json`, json({ rules: [...rules].sort() }));
    for (const [path, content] of Object.entries(peel))
      if (content !== undefined) files.set(`${at}/peel/${path}`, content);
  }
}

function readme(kind, name, why, rules) {
  const verdict = kind === "valid" ? "must be accepted" : "must be refused";
  const list =
    rules.length === 0 ? "No rule is broken." : `Rules: ${rules.map((rule) => `\`${rule}\``).join(", ")}.`;
  return `# ${name}\n\n${why}\n\nThe peel in peel/ ${verdict}, checked against base/base.json. ${list}\n`;
}

const bytesOf = (content) => Buffer.from(content);
const present = (await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []))
  .filter((entry) => !entry.isDirectory())
  .map((entry) => join(entry.parentPath, entry.name).slice(folder.length));
const extra = present.filter((path) => !files.has(path));
const stale = [];
for (const [path, content] of files) {
  const current = await readFile(join(folder, path)).catch(() => undefined);
  if (current === undefined || !current.equals(bytesOf(content))) stale.push(path);
}

if (process.argv.includes("--check")) {
  for (const path of stale)
    console.error(`stale: packages/conformance/cases/${path} (run node scripts/make-cases.mjs)`);
  for (const path of extra) console.error(`not a case: packages/conformance/cases/${path}`);
  if (stale.length + extra.length > 0) process.exit(1);
} else {
  for (const path of extra) await rm(join(folder, path));
  for (const path of stale) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), files.get(path));
  }
  console.log(
    `${valid.length} valid and ${invalidManifest.length + invalidLayout.length + invalidAdapter.length} invalid cases, ${stale.length} files written`,
  );
}
