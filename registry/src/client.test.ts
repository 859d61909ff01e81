import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  addPeels,
  auditPeels,
  createCatalogue,
  deprecatePeel,
  loadRegistryConfig,
  publishPeel,
  unpublishPeel,
} from "@banana-peel/client";
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

describe("a peel's life after publishing", () => {
  const name = "@peels/aged";
  const audit = async () =>
    (await auditPeels({ project, store: join(project, "store"), env })).findings.map(
      ({ kind, severity, message }) => [kind, severity, message],
    );

  it("is deprecated, unpublished and warned of, and an audit tells each project", async () => {
    const { key } = await generateKey();
    for (const version of ["1.0.0", "1.1.0", "2.0.0-rc.1"])
      await publishPeel({
        source: memorySource(await signed(sampleFiles({ name, version }), key)),
        project,
        env,
      });
    await mkdir(join(project, "base"));
    await writeFile(join(project, "base", "base.json"), JSON.stringify(card));
    await writeFile(join(project, "banana.json"), JSON.stringify({ formatVersion: 1, bases: ["base"] }));
    await addPeels({ project, store: join(project, "store"), env, requests: ["aged"] });
    expect(await audit()).toEqual([]);

    const report = await deprecatePeel({ peel: "aged@<2.0.0", message: " draws six fingers ", project, env });
    expect(report).toEqual({
      name,
      registry: registry.url,
      versions: ["1.0.0", "1.1.0", "2.0.0-rc.1"],
      changed: ["1.0.0", "1.1.0", "2.0.0-rc.1"],
      message: "draws six fingers",
      dryRun: false,
    });
    expect(await audit()).toEqual([["deprecated", "warning", "its author says: draws six fingers"]]);
    const back = { message: "", project, env };
    expect((await deprecatePeel({ ...back, peel: "aged@1.1.0", dryRun: true })).changed).toEqual(["1.1.0"]);
    expect((await deprecatePeel({ ...back, peel: "aged@latest" })).versions).toHaveLength(1);
    expect((await deprecatePeel({ ...back, peel: "aged" })).changed).toEqual(["1.0.0", "2.0.0-rc.1"]);
    expect((await deprecatePeel({ ...back, peel: "aged" })).changed).toEqual([]);
    expect(await audit()).toEqual([]);

    await writeFile(
      join(registry.storage, "advisories.json"),
      JSON.stringify([
        {
          id: 1,
          name,
          title: "Draws a trademark",
          severity: "high",
          vulnerable_versions: ">=1.1.0",
          url: "https://example.com/1",
        },
        {
          id: 2,
          name,
          title: "Old",
          severity: "low",
          vulnerable_versions: "<1",
          url: "https://example.com/2",
        },
      ]),
    );
    expect(await audit()).toEqual([["advisory", "error", "high: Draws a trademark (>=1.1.0)"]]);
    await rm(join(registry.storage, "advisories.json"));

    const gone = await unpublishPeel({ peel: "aged@1.1.0", project, env });
    expect(gone).toMatchObject({ removed: ["1.1.0"], left: ["1.0.0", "2.0.0-rc.1"], dryRun: false });
    expect(await audit()).toMatchObject([["gone", "warning", expect.stringContaining("no longer has")]]);
    expect((await unpublishPeel({ peel: "aged", all: true, project, env })).left).toEqual([]);
    expect(await audit()).toMatchObject([
      ["gone", "warning", expect.stringContaining("no longer has the peel")],
    ]);
  });

  it("is changed by nobody else, and never by halves", async () => {
    const { key } = await generateKey();
    const source = memorySource(await signed(sampleFiles({ name: "@peels/kept" }), key));
    await publishPeel({ source, project, env });
    const stranger = await mkdtemp(join(project, "stranger-"));
    const token = await registry.login("passer-by");
    await writeFile(
      join(stranger, ".npmrc"),
      `registry=${registry.url}\n//${new URL(registry.url).host}/:_authToken=${token}\n`,
    );
    const refused = (status: number) => ({ code: "REGISTRY_REFUSED", details: { status } });
    const theirs = { project: stranger, env };
    const deprecate = (peel: string, more: { message?: string; project?: string } = {}) =>
      deprecatePeel({ peel, message: "no", project, env, ...more });
    await expect(deprecate("kept", theirs)).rejects.toMatchObject(refused(403));
    await expect(unpublishPeel({ peel: "kept", all: true, ...theirs })).rejects.toMatchObject(refused(403));
    await expect(deprecate("kept@9")).rejects.toMatchObject({ code: "VERSION_UNSATISFIED" });
    await expect(deprecate("kept@nightly")).rejects.toMatchObject({ code: "VERSION_UNSATISFIED" });
    await expect(deprecate("kpet")).rejects.toMatchObject({ code: "PEEL_UNKNOWN" });
    await expect(deprecate("kept", { message: "a\nb" })).rejects.toMatchObject({ code: "USAGE" });
    await expect(deprecate("kept", { message: "x".repeat(1001) })).rejects.toMatchObject({ code: "USAGE" });
    await expect(deprecate("../kept")).rejects.toMatchObject({ code: "NAME_INVALID" });
    const unpublish = (peel: string, all = false) => unpublishPeel({ peel, all, project, env });
    for (const peel of ["kept", "kept@^1.0.0", "kept@latest", "kept@1", "kept@v1.0.0", "kept@1.0.0"])
      await expect(unpublish(peel), peel).rejects.toMatchObject({ code: "USAGE" });
    await expect(unpublish("kept@1.0.0", true)).rejects.toMatchObject({ code: "USAGE" });
    await expect(unpublish("kept@1.0.1")).rejects.toMatchObject({ code: "VERSION_UNSATISFIED" });
    await expect(unpublish("--force@1.0.0")).rejects.toMatchObject({ code: "NAME_INVALID" });
    const dry = await unpublishPeel({ peel: "kept", all: true, dryRun: true, project, env });
    expect(dry.removed).toEqual(["1.0.0"]);
    const { status, body } = await registry.send("GET", "/@peels%2fkept");
    expect(status).toBe(200);
    expect(body.versions["1.0.0"]).not.toHaveProperty("deprecated");
    expect(registry.errors).toEqual([]);
  });
});
