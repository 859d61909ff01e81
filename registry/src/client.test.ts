import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCatalogue, loadRegistryConfig, publishPeel } from "@banana-peel/client";
import { memorySource } from "@banana-peel/format";
import { generateKey } from "@banana-peel/signer";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { card, sampleFiles, signed } from "./testing/sample-peel.js";
import { type TestRegistry, testRegistry } from "./testing/test-registry.js";

// Verdaccio takes a second to load, and much longer on a busy machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let registry: TestRegistry;
let project: string;
beforeAll(async () => {
  registry = await testRegistry({ bases: [card] });
  project = await mkdtemp(join(tmpdir(), "banana-peel-client-"));
  const token = await registry.login("author");
  await writeFile(
    join(project, ".npmrc"),
    `registry=${registry.url}\n//${new URL(registry.url).host}/:_authToken=${token}\n`,
  );
});
afterAll(async () => {
  await registry.close();
  await rm(project, { recursive: true, force: true });
});

const env = { PATH: process.env.PATH ?? "", HOME: "/nonexistent" };

describe("our own client", () => {
  it("publishes, and finds what it published by name and by search", async () => {
    const { key } = await generateKey();
    const source = memorySource(await signed(sampleFiles(), key));
    const report = await publishPeel({ source, project, env });
    expect(report).toMatchObject({
      name: "@peels/sample",
      version: "1.0.0",
      signer: key.identity.fingerprint,
    });
    const catalogue = createCatalogue(await loadRegistryConfig({ cwd: project, env }));
    const entry = await catalogue.versions("@peels/sample");
    expect(entry?.versions).toMatchObject([
      { version: "1.0.0", integrity: report.integrity, adapters: [{ family: "nano", range: "^1.0.0" }] },
    ]);
    expect(await catalogue.suggest?.("@peels/sampel")).toContain("@peels/sample");
    expect(await catalogue.versions("@peels/none")).toBeUndefined();
  });

  it("hears the gate's problems", async () => {
    const { key } = await generateKey();
    const files = await signed(sampleFiles({ version: "1.0.1" }, { k: 4, n: 3 }), key);
    await expect(publishPeel({ source: memorySource(files), project, env })).rejects.toMatchObject({
      code: "REGISTRY_REFUSED",
      details: {
        status: 422,
        problems: expect.arrayContaining([expect.objectContaining({ rule: "peel/base-shape" })]),
      },
    });
  });
});
