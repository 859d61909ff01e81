import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { SigningKey } from "@banana-peel/signer";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { addPeels } from "./add.js";
import { type Disk, nodeDisk } from "./disk/disk.js";
import { installPeels } from "./install.js";
import { listPeels } from "./list.js";
import { expectCode } from "./testing/expect-code.js";
import { sampleProject } from "./testing/project.js";
import { newKey, samplePacked } from "./testing/sample-peel.js";
import { removeScratch, snapshot } from "./testing/scratch.js";
import { startTestRegistry, type TestRegistry } from "./testing/test-registry.js";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let registry: TestRegistry;
let key: SigningKey;
let app: Awaited<ReturnType<typeof sampleProject>>;
beforeAll(async () => {
  key = await newKey();
});
beforeEach(async () => {
  registry = await startTestRegistry();
  registry.put(await samplePacked(key, { bytes: 100_000 }));
  app = await sampleProject(registry.url);
});
afterEach(() => registry.close());
afterAll(removeScratch);

const STEPS = ["copyFile", "link", "mkdir", "open", "openSync", "readdir", "rename", "writeSync"] as const;

/** A disk whose `step` fails from its nth call on, as a full or read-only one does, until `mend` is called. */
function failingDisk(step: keyof Disk, nth: number, code: string): { disk: Disk; calls: () => number } {
  let calls = 0;
  const fail = (...args: unknown[]) => {
    if (++calls === nth) throw Object.assign(new Error(`${code}: made up`), { code });
    return (nodeDisk[step] as (...all: unknown[]) => unknown)(...args);
  };
  const sync = step.endsWith("Sync");
  return {
    disk: { ...nodeDisk, [step]: sync ? fail : async (...args: unknown[]) => fail(...args) },
    calls: () => calls,
  };
}

describe("a disk that fails", () => {
  it.each([
    ["ENOSPC", "DISK_FULL", STEPS, 12],
    ["EROFS", "TARGET_READ_ONLY", ["open", "openSync", "rename"], 6],
  ] as const)(
    "with %s at any step of an update leaves everything as it was",
    async (errno, code, steps, least) => {
      await addPeels({ ...app.options, requests: ["sample"] });
      registry.put(await samplePacked(key, { version: "1.1.0", bytes: 100_000 }));
      let before = await snapshot(app.root);
      let failures = 0;
      for (const step of steps)
        for (let nth = 1; ; nth++) {
          const { disk, calls } = failingDisk(step, nth, errno);
          const outcome = await addPeels({ ...app.options, requests: ["sample"], disk }).then(
            () => undefined,
            (error: unknown) => error,
          );
          // Some steps may fail without harm, such as keeping a peel in the store.
          if (outcome !== undefined) {
            failures++;
            expect(outcome, `${step} ${nth}`).toMatchObject({ code });
            expect(await snapshot(app.root), `${step} ${nth}`).toEqual(before);
          }
          await rm(app.project, { recursive: true });
          await rm(app.store, { recursive: true });
          before = await restore(before);
          if (calls() < nth) break;
        }
      expect(failures).toBeGreaterThan(least);
    },
    180_000,
  );

  /** Makes the old state again: adding the old version to a clean project gives the very same bytes. */
  async function restore(before: Record<string, string>): Promise<Record<string, string>> {
    const fresh = { version: "1.0.0", bytes: 100_000 };
    await mkdir(app.project);
    await mkdir(join(app.project, "base"));
    await writeFile(join(app.project, "base/base.json"), baseCard);
    await writeFile(
      join(app.project, "banana.json"),
      JSON.stringify({ formatVersion: 1, bases: ["./base"] }),
    );
    await addPeels({ ...app.options, requests: [`sample@${fresh.version}`] });
    await writeFile(join(app.project, "banana.json"), bananaJson);
    const restored = await snapshot(app.root);
    expect(withoutDocuments(restored)).toEqual(withoutDocuments(before));
    return restored;
  }
  /** What the registry says is kept as it says it now, of other versions too. */
  const withoutDocuments = (tree: Record<string, string>) =>
    Object.fromEntries(Object.entries(tree).filter(([path]) => !path.includes("/documents/")));
  let baseCard: Buffer;
  let bananaJson: string;
  beforeEach(async () => {
    baseCard = await readFile(join(app.project, "base/base.json"));
    bananaJson = `${JSON.stringify({ formatVersion: 1, bases: ["./base"], peels: { "@peels/sample": "^1.0.0" } }, null, 2)}\n`;
  });

  it("takes away the folders that were made for a project, when nothing comes of it", async () => {
    const { initProject } = await import("./init.js");
    const disk: Disk = {
      ...nodeDisk,
      async open(path, flags, mode) {
        if (flags === "w") throw Object.assign(new Error("ENOSPC: made up"), { code: "ENOSPC", path });
        return nodeDisk.open(path, flags, mode);
      },
    };
    const bases = [join(app.project, "base")];
    const before = await snapshot(app.root);
    const project = join(app.root, "new/deep/app");
    const error = await expectCode(initProject({ project, bases, disk }), "DISK_FULL");
    expect(error.where).toBe(join(project, "banana.json"));
    expect(await snapshot(app.root)).toEqual(before);
    await initProject({ project, bases });
    expect(await readdir(project)).toEqual(["banana.json"]);
  });

  it("says which disk is full: the store's, or the project's", async () => {
    const failed = (disk: Disk) =>
      expectCode(addPeels({ ...app.options, requests: ["sample"], disk }), "DISK_FULL");
    const store = await failed(failingDisk("writeSync", 2, "ENOSPC").disk);
    expect(store.where).toContain(app.store);
    expect(store.message).toMatch(/ \(\d+ bytes\), found \d+ bytes free/);
    const full: Disk = {
      ...nodeDisk,
      link: async () => {
        throw Object.assign(new Error("EXDEV: made up"), { code: "EXDEV" });
      },
      copyFile: async (path, dest) => {
        throw Object.assign(new Error("ENOSPC: made up"), { code: "ENOSPC", path, dest });
      },
    };
    expect((await failed(full)).where).toContain(app.project);
  });

  it("with a file where a folder should be", async () => {
    await writeFile(join(app.project, "peels"), "not a folder");
    const before = await snapshot(app.root);
    const error = await expectCode(addPeels({ ...app.options, requests: ["sample"] }), "TARGET_READ_ONLY");
    expect(error.exitStatus).toBe(7);
    expect(error.hint).toContain("file stands where a folder");
    expect(await snapshot(app.root)).toEqual(before);

    await rm(join(app.project, "peels"));
    await writeFile(app.store, "not a folder");
    const other = await snapshot(app.root);
    await expectCode(addPeels({ ...app.options, requests: ["sample"] }), "TARGET_READ_ONLY");
    expect(await snapshot(app.root)).toEqual(other);

    await rm(app.store);
    await mkdir(join(app.project, "peels"));
    await writeFile(join(app.project, "peels/@peels"), "not a folder");
    const scope = await snapshot(app.root);
    await expectCode(addPeels({ ...app.options, requests: ["sample"] }), "TARGET_READ_ONLY");
    expect(await snapshot(app.root)).toEqual(scope);
  });

  it("without hard links gets read-only copies", async () => {
    const disk: Disk = {
      ...nodeDisk,
      link: async () => {
        throw Object.assign(new Error("EXDEV: made up"), { code: "EXDEV" });
      },
    };
    await addPeels({ ...app.options, requests: ["sample"], disk });
    const { stat } = await import("node:fs/promises");
    const file = await stat(join(app.project, "peels/@peels/sample/adapter.safetensors"));
    expect([file.nlink, file.mode & 0o222]).toEqual([1, 0]);
  });
});

describe("what a killed command leaves", () => {
  const gone = "00000000.999999999.deadbeef";

  it("is finished when its journal was written", async () => {
    await addPeels({ ...app.options, requests: ["sample"] });
    const staging = join(app.project, "peels/.staging", `work-${gone}`);
    await mkdir(join(staging, "new/0"), { recursive: true });
    await mkdir(join(staging, "old"));
    await writeFile(join(staging, "new/0/peel.json"), "{}");
    await writeFile(join(staging, "banana.json"), '{"formatVersion":1,"peels":{"@peels/new":"*"}}');
    await writeFile(
      join(staging, "commit.json"),
      JSON.stringify({ peels: [["@peels/new", 0]], removed: ["@peels/sample"] }),
    );
    expect((await listPeels({ project: app.project })).map(({ name, state }) => [name, state])).toEqual([
      ["@peels/new", "changed"],
      ["@peels/sample", "missing"],
    ]);
    expect(await readdir(join(app.project, "peels"))).toEqual(["@peels"]);
    expect(await readdir(join(app.project, "peels/@peels"))).toEqual(["new"]);
  });

  it("is removed when it wasn't, in the project and in the store", async () => {
    const { hostname } = await import("node:os");
    const { createHash } = await import("node:crypto");
    const host = createHash("sha256").update(hostname()).digest("hex").slice(0, 8);
    const dead = `${host}.999999999.deadbeef`;
    await mkdir(join(app.project, "peels/.staging", `work-${dead}`, "new/0"), { recursive: true });
    await mkdir(join(app.project, "peels/.staging/lock", dead), { recursive: true });
    await mkdir(join(app.project, "peels/.staging", `lock-${dead}`), { recursive: true });
    await mkdir(join(app.store, "v1/tmp", dead), { recursive: true });
    await addPeels({ ...app.options, requests: ["sample"] });
    expect(await readdir(join(app.project, "peels"))).toEqual(["@peels"]);
    expect(await readdir(join(app.store, "v1/tmp")).catch(() => [])).toEqual([]);
  });

  it("doesn't reach outside the project, whatever a journal says", async () => {
    const staging = join(app.project, "peels/.staging", `work-${gone}`);
    await mkdir(join(staging, "new/0"), { recursive: true });
    await mkdir(join(staging, "old"));
    for (const journal of [
      { peels: [["../../outside", 0]], removed: [] },
      { peels: [["@peels/x", "../../../../base"]], removed: [] },
      { peels: [], removed: ["../base"] },
      { peels: "all" },
      null,
    ]) {
      await mkdir(staging, { recursive: true });
      await writeFile(join(staging, "commit.json"), JSON.stringify(journal));
      await installPeels(app.options);
      expect((await readdir(app.project)).sort()).toEqual(["banana.json", "base"]);
    }
  });

  it("is waited for while its process lives, and given up in the end", async () => {
    const { withProject } = await import("./project/with-project.js");
    let release = () => {};
    let began = () => {};
    const begun = new Promise<void>((resolve) => {
      began = resolve;
    });
    const held = withProject(app.project, nodeDisk, () => {
      began();
      return new Promise<void>((resolve) => {
        release = resolve;
      });
    });
    await begun;
    await expectCode(
      withProject(app.project, nodeDisk, async () => 1, { waitMs: 60 }),
      "PROJECT_BUSY",
    );
    const stop = AbortSignal.timeout(60);
    await expectCode(
      withProject(app.project, nodeDisk, async () => 1, { signal: stop }),
      "CANCELLED",
    );
    const next = withProject(app.project, nodeDisk, async () => 2);
    release();
    await held;
    expect(await next).toBe(2);
    expect(await readdir(app.project)).not.toContain("peels");
  });
});
