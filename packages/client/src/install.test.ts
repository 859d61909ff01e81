import { chmod, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { SigningKey } from "@banana-peel/signer";
import { parseLockfile } from "@banana-peel/validator";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { addPeels } from "./add.js";
import { nodeDisk } from "./disk/disk.js";
import { initProject } from "./init.js";
import { installPeels } from "./install.js";
import { listPeels } from "./list.js";
import { withProject } from "./project/with-project.js";
import { expectCode } from "./testing/expect-code.js";
import { sampleProject } from "./testing/project.js";
import { newKey, sampleCard, samplePacked, writeBase } from "./testing/sample-peel.js";
import { removeScratch, scratch, snapshot } from "./testing/scratch.js";
import { startTestRegistry, type TestRegistry } from "./testing/test-registry.js";
import { addTrust, removeTrust } from "./trust-policy.js";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let registry: TestRegistry;
let key: SigningKey;
let app: Awaited<ReturnType<typeof sampleProject>>;
beforeAll(async () => {
  key = await newKey();
});
beforeEach(async () => {
  registry = await startTestRegistry();
  registry.put(await samplePacked(key));
  app = await sampleProject(registry.url);
  await addPeels({ ...app.options, requests: ["sample"] });
});
afterEach(() => registry.close());
afterAll(removeScratch);

const install = (more = {}) => installPeels({ ...app.options, ...more });
const manifest = (value: object) =>
  writeFile(
    join(app.project, "banana.json"),
    JSON.stringify({ formatVersion: 1, bases: ["./base"], ...value }),
  );

describe("installPeels", () => {
  it("does nothing when everything is there", async () => {
    const before = await snapshot(app.root);
    registry.requests.length = 0;
    expect(await install({ frozen: true })).toMatchObject({
      installed: [],
      unchanged: ["@peels/sample"],
      removed: [],
    });
    expect(registry.requests).toEqual([]);
    expect(await snapshot(app.root)).toEqual(before);
  });

  it("asks for a locked tarball at its usual address, and for the document only where it isn't there", async () => {
    const { tarball: another } = await samplePacked(key);
    const there = await fetch(`${registry.url}@peels/sample/-/1.0.0.tgz`);
    const own = Buffer.from(await there.arrayBuffer());
    const usual = "/@peels/sample/-/sample-1.0.0.tgz";
    const document = "GET /@peels%2fsample";
    const elsewhere = "GET /@peels/sample/-/1.0.0.tgz";
    for (const [status, body, asked] of [
      [200, own, [`GET ${usual}`]],
      [200, another, [`GET ${usual}`, document, elsewhere]],
      [200, "<html>", [`GET ${usual}`, document, elsewhere]],
      [404, "{}", [`GET ${usual}`, document, elsewhere]],
    ] as const) {
      await rm(join(app.project, "peels"), { recursive: true });
      await rm(app.store, { recursive: true });
      registry.requests.length = 0;
      registry.intercept = (request, response) => {
        if (request.url !== usual) return false;
        response.writeHead(status).end(body);
        return true;
      };
      expect((await install({ frozen: true })).installed).toMatchObject([{ from: "registry" }]);
      expect(registry.requests).toEqual(asked);
    }
  });

  it("brings back exactly what was locked, though there is a newer version", async () => {
    registry.put(await samplePacked(key, { version: "1.1.0" }));
    const before = await snapshot(app.project);
    await rm(join(app.project, "peels"), { recursive: true });
    await rm(app.store, { recursive: true });
    const report = await install({ frozen: true });
    expect(report.installed.map(({ version, from, signer }) => [version, from, signer.basis])).toEqual([
      ["1.0.0", "registry", "pinned"],
    ]);
    expect(await snapshot(app.project)).toEqual(before);
  });

  it("works offline from the store, and says so when it can't", async () => {
    await rm(join(app.project, "peels"), { recursive: true });
    await registry.close();
    expect((await install({ offline: true })).installed[0]?.from).toBe("store");
    await rm(join(app.project, "peels"), { recursive: true });
    await rm(app.store, { recursive: true });
    const before = await snapshot(app.root);
    expect((await expectCode(install({ offline: true }), "REGISTRY_UNREACHABLE")).message).toContain(
      "--offline",
    );
    await expectCode(install(), "REGISTRY_UNREACHABLE");
    expect(await snapshot(app.root)).toEqual(before);
    registry = await startTestRegistry();
  });

  it("mends a peel whose files were changed", async () => {
    const file = join(app.project, "peels/@peels/sample/README.md");
    await chmod(file, 0o644);
    await writeFile(file, "changed");
    expect((await listPeels({ project: app.project }))[0]?.state).toBe("changed");
    const report = await install();
    // The store shared the file by a hard link, so that it has to come from the registry again.
    expect(report.installed.map(({ from }) => from)).toEqual(["registry"]);
    expect((await listPeels({ project: app.project }))[0]?.state).toBe("ok");
  });

  it("locks what banana.json asks for in addition, and takes away what it doesn't ask for", async () => {
    registry.put(await samplePacked(key, { name: "@peels/more" }));
    await manifest({ peels: { "@peels/more": "^1.0.0" } });
    await expectCode(install({ frozen: true }), "LOCK_OUTDATED");
    const report = await install();
    expect(report.installed.map(({ name }) => name)).toEqual(["@peels/more"]);
    expect(report.removed).toEqual(["@peels/sample"]);
    expect((await listPeels({ project: app.project })).map(({ name }) => name)).toEqual(["@peels/more"]);
    await install({ frozen: true });
  });

  it("refuses a lockfile of other versions, or for another base, when frozen", async () => {
    await manifest({ peels: { "@peels/sample": "^2.0.0" } });
    expect((await expectCode(install({ frozen: true }), "LOCK_OUTDATED")).message).toContain(
      "asks for ^2.0.0",
    );
    await expectCode(install(), "VERSION_UNSATISFIED");
    await manifest({ peels: { "@peels/sample": "^1.0.0" } });
    await writeBase(join(app.project, "base"), sampleCard({ version: "1.3.0" }));
    expect((await expectCode(install({ frozen: true }), "LOCK_OUTDATED")).message).toContain("nano 1.2.0");
    await install();
    const lock = parseLockfile(await readFile(join(app.project, "banana.lock")));
    expect(lock.peels["@peels/sample"]?.adapters[0]?.version).toBe("1.3.0");
  });

  it("refuses a locked signer that the policy has come to forbid", async () => {
    await manifest({
      peels: { "@peels/sample": "^1.0.0" },
      trust: { "@peels/*": [`sha256:${"0".repeat(64)}`] },
    });
    await expectCode(install({ frozen: true }), "SIGNER_NOT_TRUSTED");
  });

  it("refuses a tarball that isn't the locked one, and a version that is gone", async () => {
    await rm(join(app.project, "peels"), { recursive: true });
    await rm(app.store, { recursive: true });
    registry.put(await samplePacked(await newKey()));
    await expectCode(install({ frozen: true }), "INTEGRITY_MISMATCH");
    registry.extra("@peels/sample", { versions: {} });
    await expectCode(install({ frozen: true }), "VERSION_UNSATISFIED");
  });
});

describe("initProject", () => {
  it("names bases inside the project relatively, others absolutely, and adds to what is there", async () => {
    const outside = await writeBase(
      join(app.root, "elsewhere"),
      sampleCard({ family: "minilm", version: "3.0.0" }),
    );
    const report = await initProject({ project: app.project, bases: [outside] });
    expect(report.bases.map(({ path, family }) => [path, family])).toEqual([
      ["./base", "nano"],
      [outside, "minilm"],
    ]);
    expect(await readFile(join(app.project, "banana.json"), "utf8")).toContain('"@peels/sample": "^1.0.0"');
    const fresh = join(app.root, "fresh");
    await writeBase(join(fresh, "bases/nano"));
    expect((await initProject({ project: fresh, bases: [join(fresh, "bases/nano")] })).bases[0]?.path).toBe(
      "./bases/nano",
    );
  });

  it("refuses a folder that is no base, and to do nothing", async () => {
    const before = await snapshot(app.root);
    await expectCode(initProject({ project: app.project, bases: [app.root] }), "FILE_MISSING");
    await expectCode(initProject({ project: app.project, bases: [] }), "PROJECT_INVALID");
    await expectCode(
      initProject({ project: app.project, bases: [join(app.project, "base")] }),
      "PROJECT_INVALID",
    );
    expect(await snapshot(app.root)).toEqual(before);
  });

  it("changes nothing where a base that is there already can't be read", async () => {
    await rm(join(app.project, "base"), { recursive: true });
    const before = await snapshot(app.root);
    const other = await writeBase(join(await scratch(), "other"), sampleCard({ family: "minilm" }));
    await expectCode(initProject({ project: app.project, bases: [other] }), "FILE_MISSING");
    expect(await snapshot(app.root)).toEqual(before);
  });

  it("waits for another command no longer than it is to, as trust does", async () => {
    const signal = AbortSignal.abort();
    await withProject(app.project, nodeDisk, async () => {
      const { project } = app;
      await expectCode(initProject({ project, bases: [], signal }), "CANCELLED");
      await expectCode(addTrust({ project, rule: "@a/*", signer: "0".repeat(64), signal }), "CANCELLED");
      await expectCode(removeTrust({ project, rule: "@a/*", signal }), "CANCELLED");
    });
  });
});
