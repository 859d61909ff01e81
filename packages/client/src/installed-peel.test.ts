import { chmod, cp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { SigningKey } from "@banana-peel/signer";
import { isVerifiedPeel } from "@banana-peel/signer/verify";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { addPeels } from "./add.js";
import { openInstalledPeel } from "./installed-peel.js";
import { expectCode } from "./testing/expect-code.js";
import { sampleProject } from "./testing/project.js";
import { newKey, samplePacked } from "./testing/sample-peel.js";
import { removeScratch } from "./testing/scratch.js";
import { startTestRegistry, type TestRegistry } from "./testing/test-registry.js";

let registry: TestRegistry;
let key: SigningKey;
let app: Awaited<ReturnType<typeof sampleProject>>;
beforeEach(async () => {
  key = await newKey();
  registry = await startTestRegistry();
  registry.put(await samplePacked(key));
  app = await sampleProject(registry.url);
  await addPeels({ ...app.options, requests: ["sample"] });
});
afterEach(() => registry.close());
afterAll(removeScratch);

const peels = (...path: string[]) => join(app.project, "peels", "@peels", "sample", ...path);

describe("openInstalledPeel", () => {
  it("gives a verified peel, by its short or full name", async () => {
    const peel = await openInstalledPeel(app.project, "sample");
    expect(isVerifiedPeel(peel)).toBe(true);
    expect(peel.manifest.name).toBe("@peels/sample");
    expect((await openInstalledPeel(app.project, "@peels/sample")).root).toBe(peel.root);
  });

  it("names the command that adds what isn't there", async () => {
    const unknown = await expectCode(openInstalledPeel(app.project, "other"), "FILE_MISSING");
    expect(unknown.hint).toContain("banana-peel add @peels/other");
    await rm(peels(), { recursive: true });
    const gone = await expectCode(openInstalledPeel(app.project, "sample"), "FILE_MISSING");
    expect(gone.hint).toContain("banana-peel install");
  });

  it("refuses a changed file", async () => {
    await chmod(peels("README.md"), 0o644);
    await rm(peels("README.md"));
    await writeFile(peels("README.md"), "other words");
    await expectCode(openInstalledPeel(app.project, "sample"), "SIGNED_FILES_DIFFER");
  });

  it("refuses another signer's peel put in its place, and another version", async () => {
    const other = await sampleProject(registry.url);
    registry.put(await samplePacked(await newKey(), { version: "1.1.0" }));
    await addPeels({ ...other.options, store: join(other.root, "store"), requests: ["sample"] });
    await rm(peels(), { recursive: true });
    await cp(join(other.project, "peels", "@peels", "sample"), peels(), { recursive: true });
    await expectCode(openInstalledPeel(app.project, "sample"), "SIGNER_CHANGED");
    const lock = join(app.project, "banana.lock");
    const signer = JSON.parse(await readFile(join(other.project, "banana.lock"), "utf8")).peels[
      "@peels/sample"
    ].signer;
    const text = await readFile(lock, "utf8");
    await writeFile(lock, text.replace(/sha256:[0-9a-f]{64}(?=",\s*"adapters)/, signer));
    await expectCode(openInstalledPeel(app.project, "sample"), "LOCK_OUTDATED");
  });
});
