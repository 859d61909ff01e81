import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isUnsafePeel, isVerifiedPeel } from "@banana-peel/signer/verify";
import { afterAll, beforeAll, expect, it } from "vitest";
import { addPeels } from "./add.js";
import { findPeel, openPeelAt } from "./find-peel.js";
import { expectCode } from "./testing/expect-code.js";
import { sampleProject } from "./testing/project.js";
import { newKey, sampleFiles, samplePacked, writeFiles } from "./testing/sample-peel.js";
import { removeScratch } from "./testing/scratch.js";
import { startTestRegistry, type TestRegistry } from "./testing/test-registry.js";
import { verifyPath } from "./verify.js";

let registry: TestRegistry;
let app: Awaited<ReturnType<typeof sampleProject>>;
let tarball: string;
beforeAll(async () => {
  registry = await startTestRegistry();
  app = await sampleProject(registry.url);
  const packed = await samplePacked(await newKey());
  registry.put(packed);
  tarball = join(app.root, "sample.tgz");
  await writeFile(tarball, packed.tarball);
  await addPeels({ ...app.options, requests: ["sample"] });
});
afterAll(async () => {
  await registry.close();
  await removeScratch();
});

it("opens what is installed and what is signed verified, and an author's unsigned folder by the opt-out", async () => {
  for (const target of ["sample", "@peels/sample", tarball])
    expect(isVerifiedPeel(await openPeelAt(target, app.project)), target).toBe(true);
  const folder = await writeFiles(join(app.root, "mine"), sampleFiles());
  expect(isUnsafePeel(await openPeelAt(folder, app.project))).toBe(true);
  expect((await findPeel("sample", app.project)).label).toBe("@peels/sample");
});

it("opens what npm put into node_modules, by the signer that is locked", async () => {
  const other = join(app.root, "npm");
  const from = join(app.project, "peels/@peels/sample");
  await mkdir(join(other, "node_modules/@peels"), { recursive: true });
  await cp(from, join(other, "node_modules/@peels/sample"), { recursive: true });
  expect((await findPeel("sample", other)).label).toBe("@peels/sample");
  await expectCode(openPeelAt("sample", other), "SIGNER_NOT_TRUSTED");
  await cp(join(app.project, "banana.lock"), join(other, "banana.lock"));
  expect(isVerifiedPeel(await openPeelAt("sample", other))).toBe(true);
});

it("a folder that is no peel is said to be none, not to lack a signature", async () => {
  const folder = join(app.root, "notes");
  await mkdir(folder);
  await writeFile(join(folder, "notes.txt"), "");
  const error = await expectCode(verifyPath(folder, app.project), "FILE_MISSING");
  expect(error.message).toContain("found no peel.json");
});

it.each([
  ["smaple", "Did you mean @peels/sample?"],
  ["other", "banana-peel add @peels/other"],
  ["./nowhere", "Check the path."],
  ["nowhere.tgz", "Check the path."],
])("says of %s: %s", async (target, hint) => {
  for (const open of [openPeelAt, findPeel]) {
    const error = await expectCode(open(target, app.project), "FILE_MISSING");
    expect(error.hint).toContain(hint);
  }
});

it("doesn't take an installed peel whose files were changed", async () => {
  await rm(join(app.project, "peels/@peels/sample/README.md"), { force: true });
  await expectCode(openPeelAt("sample", app.project), "SIGNED_FILES_DIFFER");
});
