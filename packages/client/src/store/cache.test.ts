import { chmod, mkdir, readdir, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { addPeels } from "../add.js";
import { type Disk, nodeDisk } from "../disk/disk.js";
import { installPeels } from "../install.js";
import { sampleProject } from "../testing/project.js";
import { newKey, samplePacked } from "../testing/sample-peel.js";
import { removeScratch, snapshot } from "../testing/scratch.js";
import { startTestRegistry, type TestRegistry } from "../testing/test-registry.js";
import { cleanCache, listCache } from "./cache.js";

let registry: TestRegistry;
let app: Awaited<ReturnType<typeof sampleProject>>;
beforeEach(async () => {
  registry = await startTestRegistry();
  registry.put(await samplePacked(await newKey(), { bytes: 50_000 }));
  app = await sampleProject(registry.url);
});
afterEach(() => registry.close());
afterAll(removeScratch);

const add = (disk: Disk = nodeDisk) => addPeels({ ...app.options, requests: ["sample"], disk });

describe("cache clean", () => {
  it("beside an add that uses what it removes doesn't disturb it, at any step of the add", async () => {
    await add();
    const { rm } = await import("node:fs/promises");
    const whole = await snapshot(join(app.project, "peels"));
    for (const step of ["mkdir", "link", "lstat", "rename", "open", "readdir"] as const) {
      for (let nth = 1; ; nth += 3) {
        await rm(join(app.project, "peels"), { recursive: true });
        let calls = 0;
        const disk = {
          ...nodeDisk,
          [step]: async (...args: unknown[]) => {
            if (++calls === nth) await cleanCache(app.store, "all");
            return (nodeDisk[step] as (...all: unknown[]) => unknown)(...args);
          },
        } as Disk;
        await add(disk);
        expect(await snapshot(join(app.project, "peels")), `${step} ${nth}`).toEqual(whole);
        if (calls < nth) break;
      }
    }
  });

  it("leaves nothing of a store that it emptied, broken downloads included", async () => {
    await add();
    const { mkdir } = await import("node:fs/promises");
    await mkdir(join(app.store, "v1/partial"), { recursive: true });
    await writeFile(join(app.store, "v1/partial", "0".repeat(64)), "half a peel");
    expect(await cleanCache(app.store, "all")).toMatchObject([{ name: "@peels/sample", removed: true }]);
    expect(await readdir(join(app.store, "v1"))).toEqual([]);
  });
});

describe("a store that was tampered with", () => {
  it.each([
    ["a changed file", "adapter.safetensors", "x"],
    ["an added file", "EXTRA.md", "x"],
    ["a broken signature", "model.sig", "{}"],
  ])("is found out by %s and fetched again", async (_name, file, text) => {
    await add();
    const [entry] = await listCache(app.store);
    const path = join(entry!.folder, file);
    await chmod(path, 0o644).catch(() => undefined);
    // Another inode, as a broken disk or a restored backup has it: the project's own file stays as it is.
    const { rm } = await import("node:fs/promises");
    await rm(path, { force: true });
    await writeFile(path, text);
    expect((await listCache(app.store))[0]?.whole).toBe(false);
    await rm(join(app.project, "peels"), { recursive: true });
    const report = await installPeels(app.options);
    expect(report.installed[0]?.from).toBe("registry");
    expect((await listCache(app.store)).map(({ whole }) => whole)).toEqual([true]);
    await rm(join(app.project, "peels"), { recursive: true });
    expect((await installPeels(app.options)).installed[0]?.from).toBe("store");
  });
});

it("many processes and projects share one store at once, and leave only its entries", async () => {
  const apps = await Promise.all(Array.from({ length: 8 }, () => sampleProject(registry.url)));
  const store = app.store;
  await Promise.all(
    apps.map(async ({ options }, i) => {
      await addPeels({ ...options, store, requests: ["sample"] });
      if (i % 3 === 0) await cleanCache(store, "all");
    }),
  );
  for (const { project } of apps) expect(await readdir(join(project, "peels/@peels"))).toEqual(["sample"]);
  const left = await readdir(join(store, "v1"));
  expect(left.filter((name) => !/^(?:[0-9a-f]{2}|documents)$/.test(name))).toEqual([]);
});

it("clean takes broken downloads too, fresh or old, and leaves no note of them", async () => {
  const partial = join(app.store, "v1/partial");
  await mkdir(partial, { recursive: true });
  for (const days of [0, 9]) {
    const path = join(partial, `${days}`.repeat(64));
    await writeFile(path, "x");
    const then = new Date(Date.now() - days * 24 * 3600 * 1000);
    await utimes(path, then, then);
  }
  await cleanCache(app.store, "all");
  expect((await readdir(join(app.store, "v1"))).filter((name) => /^(?:partial|tmp|old)/.test(name))).toEqual(
    [],
  );
});
