import { readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { SigningKey } from "@banana-peel/signer";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { addPeels } from "./add.js";
import { type Disk, nodeDisk } from "./disk/disk.js";
import { listPeels } from "./list.js";
import { outdatedPeels } from "./outdated.js";
import { removePeels } from "./remove.js";
import { expectCode } from "./testing/expect-code.js";
import { sampleProject } from "./testing/project.js";
import { newKey, samplePacked } from "./testing/sample-peel.js";
import { removeScratch, snapshot } from "./testing/scratch.js";
import { startTestRegistry, type TestRegistry } from "./testing/test-registry.js";
import { updatePeels } from "./update.js";
import { whyPeel } from "./why.js";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let registry: TestRegistry;
let key: SigningKey;
let app: Awaited<ReturnType<typeof sampleProject>>;
beforeAll(async () => {
  key = await newKey();
});
beforeEach(async () => {
  registry = await startTestRegistry();
  app = await sampleProject(registry.url);
  registry.put(await samplePacked(key));
  registry.put(await samplePacked(key, { name: "@peels/other" }));
  await addPeels({ ...app.options, requests: ["sample@^1.0.0", "other"] });
});
afterEach(() => registry.close());
afterAll(removeScratch);

const states = async () =>
  (await listPeels({ project: app.project })).map(({ name, version, state }) => [name, version, state]);
const remove = (names: string[], disk?: Disk) => removePeels({ project: app.project, names, disk });
/** Writes the request of banana.json anew. */
async function ask(peels: Record<string, string>, more = {}) {
  const manifest = { formatVersion: 1, bases: ["./base"], peels, ...more };
  await writeFile(join(app.project, "banana.json"), `${JSON.stringify(manifest, null, 2)}\n`);
}

describe("removePeels", () => {
  it("takes away folder, request and lock; the store keeps the peel", async () => {
    const store = await snapshot(app.store);
    const { removed } = await remove(["sample", "@peels/sample"]);
    expect(removed).toEqual([{ name: "@peels/sample", version: "1.0.0" }]);
    expect(await states()).toEqual([["@peels/other", "1.0.0", "ok"]]);
    expect(await readFile(join(app.project, "banana.json"), "utf8")).not.toContain("sample");
    expect(await readFile(join(app.project, "banana.lock"), "utf8")).not.toContain("sample");
    expect(await snapshot(app.store)).toEqual(store);
    await remove(["other"]);
    await expect(stat(join(app.project, "peels")), "no empty folder stays").rejects.toThrow();
    expect(await states()).toEqual([]);
  });

  it("takes away all that was named or nothing", async () => {
    const before = await snapshot(app.root);
    const error = await expectCode(remove(["other", "smaple"]), "PEEL_NOT_ADDED");
    expect(error.hint).toBe("Did you mean @peels/sample?");
    await expectCode(remove(["sample@1.0.0"]), "USAGE");
    await expectCode(remove([]), "USAGE");
    await expectCode(remove(["../evil"]), "NAME_INVALID");
    expect(await snapshot(app.root)).toEqual(before);
  });

  it("leaves the project as it was when any rename fails", async () => {
    const before = await snapshot(app.root);
    let renames = 0;
    for (let broken = 1; ; broken++) {
      renames = 0;
      const rename: Disk["rename"] = (from, to) => {
        // The renames of the project's lock are no part of the change.
        const ofLock = [from, to].some((path) => String(path).endsWith("/lock"));
        if (!ofLock && ++renames === broken)
          return Promise.reject(Object.assign(new Error("no"), { code: "ENOSPC" }));
        return nodeDisk.rename(from, to);
      };
      const failed = await remove(["sample", "other"], { ...nodeDisk, rename }).then(
        () => undefined,
        (error: { code: string }) => error.code,
      );
      if (failed === undefined) break;
      expect([broken, failed]).toEqual([broken, "DISK_FULL"]);
      expect(await snapshot(app.root), `rename ${broken}`).toEqual(before);
    }
    expect(renames).toBe(5);
    expect(await states()).toEqual([]);
  });
});

describe("updatePeels", () => {
  it("brings the newest in the range, for the names that are given, and keeps banana.json", async () => {
    registry.put(await samplePacked(key, { version: "1.1.0" }));
    registry.put(await samplePacked(key, { version: "2.0.0" }));
    registry.put(await samplePacked(key, { name: "@peels/other", version: "1.2.0" }));
    const manifest = await readFile(join(app.project, "banana.json"), "utf8");
    const one = await updatePeels({ ...app.options, names: ["sample"] });
    expect(one.updated).toMatchObject([{ name: "@peels/sample", before: "1.0.0", version: "1.1.0" }]);
    expect(await states()).toEqual([
      ["@peels/other", "1.0.0", "ok"],
      ["@peels/sample", "1.1.0", "ok"],
    ]);
    const all = await updatePeels(app.options);
    expect([all.updated.map(({ name }) => name), all.unchanged]).toEqual([
      ["@peels/other"],
      ["@peels/sample"],
    ]);
    const again = await updatePeels(app.options);
    expect([again.updated, again.unchanged.length]).toEqual([[], 2]);
    expect(await readFile(join(app.project, "banana.json"), "utf8")).toBe(manifest);
  });

  it("mends what is missing, and refuses a new signer unless it is accepted", async () => {
    await rm(join(app.project, "peels"), { recursive: true });
    expect((await updatePeels({ ...app.options, names: ["other"] })).updated).toHaveLength(1);
    const stranger = await newKey();
    registry.put(await samplePacked(stranger, { version: "1.5.0" }));
    const before = await snapshot(app.root);
    await expectCode(updatePeels(app.options), "SIGNER_CHANGED");
    await expectCode(updatePeels({ ...app.options, names: ["nothing"] }), "PEEL_NOT_ADDED");
    expect(await snapshot(app.root)).toEqual(before);
    const accepted = await updatePeels({ ...app.options, accept: stranger.identity.fingerprint });
    expect(accepted.updated).toMatchObject([{ version: "1.5.0", signer: { basis: "accepted" } }]);
  });
});

describe("outdatedPeels", () => {
  it("says what is installed, wanted and newest, and whether the newest fits", async () => {
    registry.put(await samplePacked(key, { version: "1.1.0" }));
    registry.put(await samplePacked(key, { version: "2.0.0", range: "^9.0.0" }));
    registry.extra("@peels/sample", { "dist-tags": { latest: "2.0.0" } });
    const before = await snapshot(app.root);
    const nano = [{ family: "nano", version: "1.2.0" }];
    expect(await outdatedPeels(app.options)).toEqual([
      {
        name: "@peels/other",
        range: "^1.0.0",
        installed: "1.0.0",
        wanted: "1.0.0",
        latest: "1.0.0",
        latestFits: nano,
        outdated: false,
      },
      {
        name: "@peels/sample",
        range: "^1.0.0",
        installed: "1.0.0",
        wanted: "1.1.0",
        latest: "2.0.0",
        latestFits: [],
        outdated: true,
      },
    ]);
    expect(await snapshot(app.root), "only looks").toEqual(before);
  });

  it("has no wanted version when nothing fits, and fails for a name that is gone", async () => {
    await ask({ "@peels/sample": "^7.0.0" });
    expect(await outdatedPeels(app.options)).toMatchObject([{ wanted: undefined, outdated: true }]);
    await ask({ "@peels/gone": "^1.0.0" });
    await expectCode(outdatedPeels(app.options), "PEEL_UNKNOWN");
  });
});

describe("whyPeel", () => {
  it("names request, version, signer, trust and base", async () => {
    const signer = key.identity.fingerprint;
    expect(await whyPeel({ project: app.project, name: "sample" })).toMatchObject({
      name: "@peels/sample",
      request: { where: "banana.json:/peels/@peels/sample", range: "^1.0.0" },
      locked: {
        version: "1.0.0",
        registry: registry.url,
        signer,
        trust: { basis: "pinned" },
        bases: [{ file: "adapter.safetensors", family: "nano", version: "1.2.0", path: "./base" }],
      },
    });
    await ask({ "@peels/new": "*" }, { trust: { "@peels/*": [signer] } });
    const locked = await whyPeel({ project: app.project, name: "sample" });
    expect([locked.request, locked.locked?.trust]).toEqual([
      undefined,
      { basis: "policy", rule: "@peels/*" },
    ]);
    expect((await whyPeel({ project: app.project, name: "new" })).locked).toBeUndefined();
    await expectCode(whyPeel({ project: app.project, name: "smple" }), "PEEL_NOT_ADDED");
    await ask({}, { trust: { "@peels/*": [`sha256:${"0".repeat(64)}`] } });
    await expectCode(whyPeel({ project: app.project, name: "sample" }), "SIGNER_NOT_TRUSTED");
  });
});
