import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addPeels } from "../add.js";
import { expectCode } from "../testing/expect-code.js";
import { sampleProject } from "../testing/project.js";
import { newKey, sampleFiles, samplePacked, writeFiles } from "../testing/sample-peel.js";
import { removeScratch } from "../testing/scratch.js";
import { startTestRegistry, type TestRegistry } from "../testing/test-registry.js";
import { diffPeels } from "./diff-peels.js";

let registry: TestRegistry;
let app: Awaited<ReturnType<typeof sampleProject>>;
beforeAll(async () => {
  registry = await startTestRegistry();
  app = await sampleProject(registry.url);
  const key = await newKey();
  registry.put(await samplePacked(key));
  await addPeels({ ...app.options, requests: ["sample"] });
  registry.put(await samplePacked(key, { version: "1.1.0", notice: "Mind.", bytes: 400 }));
});
afterAll(async () => {
  await registry.close();
  await removeScratch();
});

const diff = (from: string, to?: string) => diffPeels({ ...app.options, from, to });

describe("diffPeels", () => {
  it("of an installed peel with the registry's newest says what an update would bring", async () => {
    for (const report of [
      await diff("sample"),
      await diff("sample"),
      await diff("sample@1.0.0", "sample@^1.1.0"),
    ]) {
      expect(report).toMatchObject({ from: { version: "1.0.0" }, to: { version: "1.1.0" } });
      expect(report.from.signer).toBe(report.to.signer);
      expect(report.manifest.map(({ path }) => path)).toEqual(["/version", "/adapters/0/rank", "/notice"]);
      expect(report.files.map(({ path }) => path)).toEqual(["adapter.safetensors", "peel.json"]);
      expect(report.adapters).toMatchObject([
        { family: "nano", targets: [{ change: "changed", rank: { before: 2, after: 8 } }] },
      ]);
    }
    expect(await readdir(join(app.store, "v1/tmp")).catch(() => [])).toEqual([]);
  });

  it("of a folder that isn't signed, and for a base that only one side has", async () => {
    const folder = await writeFiles(join(app.root, "mine"), sampleFiles({ family: "other" }));
    const report = await diff("sample@1.0.0", folder);
    expect(report.to.signer).toBeUndefined();
    expect(report.adapters).toMatchObject([
      { family: "nano", after: undefined, targets: [{ change: "removed" }] },
      { family: "other", before: undefined, targets: [{ change: "added", moved: undefined }] },
    ]);
  });

  it.each([
    ["sample@9", undefined, "VERSION_UNSATISFIED"],
    ["sample@nightly", undefined, "VERSION_UNSATISFIED"],
    ["smaple@1.0.0", undefined, "PEEL_UNKNOWN"],
    ["unknown", undefined, "FILE_MISSING"],
    ["./nowhere", undefined, "FILE_MISSING"],
    ["sample", "../x@1", "FILE_MISSING"],
  ] as const)("of %s and %s is %s", async (from, to, code) => {
    await expectCode(diff(from, to), code);
    expect(await readdir(join(app.store, "v1/tmp")).catch(() => [])).toEqual([]);
  });
});
