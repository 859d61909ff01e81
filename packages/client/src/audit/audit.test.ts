import { chmod, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { SigningKey } from "@banana-peel/signer";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { addPeels } from "../add.js";
import { sampleProject } from "../testing/project.js";
import { newKey, sampleFiles, samplePacked, signFiles, writeFiles } from "../testing/sample-peel.js";
import { removeScratch, snapshot } from "../testing/scratch.js";
import { json, startTestRegistry, type TestRegistry } from "../testing/test-registry.js";
import { auditPeels } from "./audit.js";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let registry: TestRegistry;
let key: SigningKey;
let other: SigningKey;
let app: Awaited<ReturnType<typeof sampleProject>>;
beforeAll(async () => {
  key = await newKey();
  other = await newKey();
});
beforeEach(async () => {
  registry = await startTestRegistry();
  app = await sampleProject(registry.url);
  registry.put(await samplePacked(key));
  registry.put(await samplePacked(key, { name: "@peels/other" }));
  await addPeels({ ...app.options, requests: ["sample", "other"] });
});
afterEach(() => registry.close());
afterAll(removeScratch);

const folder = () => join(app.project, "peels", "@peels", "sample");
const audit = (more = {}) => auditPeels({ ...app.options, ...more });
const kinds = async (more = {}) => (await audit(more)).findings.map(({ kind, name }) => [kind, name]);
// biome-ignore lint/suspicious/noExplicitAny: JSON that the tests take apart.
type Json = any;
/** Changes banana.json or banana.lock as a hand would. */
async function edit(file: string, change: (value: Json) => void) {
  const path = join(app.project, file);
  const value = JSON.parse(await readFile(path, "utf8"));
  change(value);
  await writeFile(path, JSON.stringify(value));
}

describe("auditPeels", () => {
  it("finds nothing in a whole project, says what it asked, and changes nothing", async () => {
    const before = await snapshot(app.root);
    expect(await audit()).toMatchObject({
      peels: 2,
      registries: [registry.url],
      findings: [],
      errors: 0,
      warnings: 0,
    });
    expect(await audit({ offline: true })).toMatchObject({ peels: 2, registries: [], findings: [] });
    expect(await snapshot(app.root)).toEqual(before);
  });

  it("finds files that were changed, added or taken away", async () => {
    const readme = join(folder(), "README.md");
    const whole = await readFile(readme);
    await rm(readme);
    expect(await kinds()).toEqual([["unverifiable", "@peels/sample"]]);
    await writeFile(readme, `${whole} `);
    expect(await kinds()).toEqual([["unverifiable", "@peels/sample"]]);
    await rm(readme);
    await writeFile(readme, whole);
    expect(await kinds()).toEqual([]);
    await writeFile(join(folder(), "extra.md"), "x");
    expect(await kinds()).toEqual([["unverifiable", "@peels/sample"]]);
    await rm(folder(), { recursive: true });
    expect(await kinds()).toEqual([["missing", "@peels/sample"]]);
  });

  it("finds another signer, another version, and another peel in the folder", async () => {
    const replace = async (by: SigningKey, options = {}) => {
      await rm(folder(), { recursive: true });
      await writeFiles(folder(), await signFiles(sampleFiles(options), by));
    };
    await replace(other);
    expect(await kinds()).toEqual([["signer", "@peels/sample"]]);
    await replace(key, { version: "1.0.1" });
    expect(await kinds()).toEqual([["changed", "@peels/sample"]]);
    await replace(key, { name: "@peels/other" });
    expect(await kinds()).toEqual([["changed", "@peels/sample"]]);
    await chmod(folder(), 0o755);
  });

  it("finds a signer that the policy no longer accepts", async () => {
    await edit("banana.json", (value) => (value.trust = { "@peels/*": [other.identity.fingerprint] }));
    expect(await kinds()).toEqual([
      ["untrusted", "@peels/other"],
      ["untrusted", "@peels/sample"],
    ]);
  });

  it("finds a digest that the registry has changed, and dependencies that were edited", async () => {
    registry.put(await samplePacked(other));
    expect(await kinds()).toEqual([["integrity", "@peels/sample"]]);
    await edit("banana.lock", (value) => {
      value.peels["@peels/other"].dependencies = { "@peels/sample": "^1.0.0" };
    });
    expect(await kinds({ offline: true })).toEqual([["changed", "@peels/other"]]);
  });

  it("finds a lockfile that doesn't match", async () => {
    await edit("banana.json", (value) => (value.peels["@peels/other"] = "^2.0.0"));
    expect(await kinds()).toEqual([["outdated", undefined]]);
  });

  it("reads advisories carefully", async () => {
    registry.intercept = (request, response) => {
      if (request.method !== "POST") return false;
      json(response, 200, {
        "@peels/sample": [
          { title: "bad\u001b[31m", severity: "high", vulnerable_versions: "not a range", url: 5 },
          null,
          { title: "old", severity: "low", vulnerable_versions: "<1.0.0" },
        ],
        "@peels/other": "everything",
        "@peels/none": [{ title: "no", severity: "high", vulnerable_versions: "*" }],
      });
      return true;
    };
    const { findings, errors } = await audit();
    expect(findings.map(({ kind, name }) => [kind, name])).toEqual([
      ["advisory", "@peels/sample"],
      ["advisory", "@peels/sample"],
    ]);
    expect(findings[0]!.message).toBe("high: bad [31m (*)");
    expect(errors).toBe(2);
  });

  it("says what it couldn't look up, as an error", async () => {
    await registry.close();
    const { findings, errors } = await audit();
    expect(findings.map(({ kind, name }) => [kind, name])).toEqual([
      ["unchecked", undefined],
      ["unchecked", "@peels/other"],
      ["unchecked", "@peels/sample"],
    ]);
    expect(errors).toBe(3);
    expect(findings[0]!.message).toContain("REGISTRY_UNREACHABLE");
    registry = await startTestRegistry();
  });
});
