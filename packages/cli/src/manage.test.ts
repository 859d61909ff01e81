import { rm, truncate } from "node:fs/promises";
import { join } from "node:path";
import { mergedFolder } from "@banana-peel/client";
import type { Plan } from "@banana-peel/runtime";
import { mergedCache } from "@banana-peel/runtime/node";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { addPeels } from "../../client/src/add.js";
import { sampleProject } from "../../client/src/testing/project.js";
import { newKey, samplePacked } from "../../client/src/testing/sample-peel.js";
import { removeScratch } from "../../client/src/testing/scratch.js";
import { startTestRegistry, type TestRegistry } from "../../client/src/testing/test-registry.js";
import { run } from "./testing/run.js";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let registry: TestRegistry;
let app: Awaited<ReturnType<typeof sampleProject>>;
const cli = (...args: string[]) =>
  run(args, { cwd: app.project, env: { ...app.options.env, BANANA_PEEL_STORE: app.store } });
const parsed = (text: string) => JSON.parse(text) as Record<string, never>;

beforeAll(async () => {
  registry = await startTestRegistry();
  app = await sampleProject(registry.url);
  const key = await newKey();
  registry.put(await samplePacked(key));
  await addPeels({ ...app.options, requests: ["sample@^1.0.0"] });
  registry.put(await samplePacked(key, { version: "1.1.0" }));
});
afterAll(async () => {
  await registry.close();
  await removeScratch();
});

describe("a project over time", () => {
  it("outdated lists what is newer and exits with 1", async () => {
    const listed = await cli("outdated", "--registry", registry.url);
    expect(listed.status, listed.stderr).toBe(1);
    expect(listed.stdout.split("\n").map((line) => line.split(/ {2,}/))).toEqual([
      ["peel", "installed", "wanted", "latest", "latest fits"],
      ["@peels/sample", "1.0.0", "1.1.0", "1.1.0", "nano 1.2.0"],
      [""],
    ]);
    const json = await cli("outdated", "--registry", registry.url, "--json");
    expect([json.status, parsed(json.stdout).peels]).toMatchObject([1, [{ outdated: true }]]);
  });

  it("update brings it, and says what was there before", async () => {
    const updated = await cli("update", "--registry", registry.url);
    expect(updated.status, updated.stderr).toBe(0);
    expect(updated.stdout).toMatch(
      /^\+ @peels\/sample 1\.1\.0 [\s\S]+was +1\.0\.0\nupdated 1 peel, 0 unchanged in/,
    );
    expect((await cli("outdated", "--registry", registry.url)).stdout).toBe(
      "every peel is at its newest version\n",
    );
    const gone = await cli("update", "smaple", "--registry", registry.url);
    expect([gone.status, gone.stderr]).toEqual([5, expect.stringContaining("Did you mean @peels/sample?")]);
  });

  it("why names the request, the signer and the base", async () => {
    const { stdout } = await cli("why", "sample");
    for (const text of [
      "^1.0.0 (banana.json:/peels/@peels/sample)",
      `1.1.0 from ${registry.url}`,
      "(as before)",
      "nano 1.2.0 in ./base (adapter.safetensors)",
    ])
      expect(stdout).toContain(text);
    expect(parsed((await cli("why", "sample", "--json")).stdout)).toMatchObject({
      locked: { version: "1.1.0" },
    });
  });

  it("remove takes it away, once", async () => {
    const removed = await cli("remove", "sample");
    expect([removed.status, removed.stdout]).toEqual([
      0,
      expect.stringMatching(/^- @peels\/sample 1\.1\.0\nremoved 1 peel in/),
    ]);
    expect((await cli("list")).stdout).toContain("no peels");
    const again = await cli("remove", "sample", "--json");
    expect([again.status, parsed(again.stdout).error]).toEqual([
      5,
      expect.objectContaining({ code: "PEEL_NOT_ADDED" }),
    ]);
  });
});

describe("whom a project trusts, and what there is", () => {
  const signer = `sha256:${"c".repeat(64)}`;

  it("trust add, list and remove", async () => {
    expect((await cli("trust", "list")).stdout).toContain("no policy");
    expect(await cli("trust", "add", "@team/*", signer)).toMatchObject({
      status: 0,
      stdout: `@team/*\n  ${signer}\n`,
    });
    const listed = await cli("trust", "list", "--json");
    expect(parsed(listed.stdout)).toEqual({ trust: { "@team/*": [signer] } });
    expect((await cli("trust", "remove", "@team/*")).stdout).toContain("no policy");
    const again = await cli("trust", "remove", "@team/*");
    expect([again.status, again.stderr]).toEqual([2, expect.stringContaining("error USAGE")]);
    expect((await cli("trust")).stderr).toContain(
      "error USAGE: expected one of list, add, remove, found nothing",
    );
    expect((await cli("trust", "lst")).stderr).toContain("Did you mean list?");
  });

  it("search lists what the registry finds", async () => {
    const found = await cli("search", "sample", "--registry", registry.url);
    expect([found.status, found.stdout]).toEqual([0, "@peels/sample\n"]);
    expect((await cli("search")).status).toBe(2);
  });
});

describe("the store", () => {
  it("is listed, rid of what is broken, and cleaned", async () => {
    expect((await cli("cache", "list")).stdout).toMatch(
      /^@peels\/sample {2}1\.0\.0 .+\n@peels\/sample {2}1\.1\.0 .+\n2 peels in /,
    );
    const [first] = parsed((await cli("cache", "list", "--json")).stdout).peels as unknown as {
      folder: string;
    }[];
    await rm(join(first!.folder, "README.md"));
    expect((await cli("cache", "list")).stdout).toContain(`broken  ${first!.folder}`);
    const sets = mergedCache(mergedFolder(app.store));
    for (const weight of [1, 0.5]) {
      await sets.make(`${weight}`, {
        content: {
          base: { family: "nano", version: "1.2.0" },
          peels: [{ name: "@peels/sample", version: "1.1.0", weight }],
        },
        base: app.project,
        externalData: [],
        async write(create) {
          const file = await create(0);
          await file.put(0, new Uint8Array(1500));
          return { plan: {} as Plan, graphs: {} };
        },
      });
      await sets.settled();
    }
    const [kept, broken] = parsed((await cli("cache", "list", "--json")).stdout).merged as unknown as {
      folder: string;
    }[];
    await truncate(join(broken!.folder, "merged", "0.bin"), 9);
    const listed = (await cli("cache", "list")).stdout;
    expect(listed).toContain("merged  nano 1.2.0 with @peels/sample 1.1.0 at 0.5  1.5 kB\n");
    expect(listed).toContain(`broken  ${broken!.folder}\n2 peels and 2 merged sets in`);
    expect((await cli("cache", "verify")).stdout).toContain("removed 2 of 4 (2 peels and 2 merged sets) in");
    expect((await cli("cache", "list")).stdout).toContain("1 peel and 1 merged set in");
    expect(kept!.folder).not.toBe(broken!.folder);
    expect((await cli("cache", "clean")).stdout).toContain("removed 2 of 2 (1 peel and 1 merged set) in");
    expect((await cli("cache", "list")).stdout).toMatch(/^0 peels in /);
  });
});
