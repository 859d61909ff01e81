import { readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { SigningKey } from "@banana-peel/signer";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { addPeels } from "./add.js";
import { installPeels } from "./install.js";
import { openInstalledPeels } from "./installed-peel.js";
import { listPeels } from "./list.js";
import { outdatedPeels } from "./outdated.js";
import { removePeels } from "./remove.js";
import { expectCode } from "./testing/expect-code.js";
import { sampleProject } from "./testing/project.js";
import { newKey, type SampleOptions, samplePacked } from "./testing/sample-peel.js";
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
  await put("bones", "1.0.0");
  await put("bones", "1.1.0");
  await put("skin", "1.0.0", { dependencies: { "@peels/bones": "^1.0.0" } });
  await put("hand", "1.0.0", { dependencies: { "@peels/skin": "*", "@peels/bones": "<1.1.0" } });
});
afterEach(() => registry.close());
afterAll(removeScratch);

async function put(name: string, version: string, more: SampleOptions = {}, changes = {}) {
  registry.put(await samplePacked(key, { name: `@peels/${name}`, version, ...more }), changes);
}
const add = (...requests: string[]) => addPeels({ ...app.options, requests });
// biome-ignore lint/suspicious/noExplicitAny: JSON that the tests take apart.
const lock = async (): Promise<any> => JSON.parse(await readFile(join(app.project, "banana.lock"), "utf8"));
const installed = async () =>
  (await listPeels({ project: app.project })).map(
    ({ name, version, state }) => `${name.slice(7)}@${version} ${state}`,
  );

describe("add", () => {
  it("brings what a peel needs, verified and locked like the peel itself, and asks for it no more", async () => {
    const report = await add("hand");
    expect(report.peels.map(({ name, version }) => [name, version])).toEqual([["@peels/hand", "1.0.0"]]);
    expect(
      report.others.map(({ name, version, before, neededBy }) => [name, version, before, neededBy]),
    ).toEqual([
      ["@peels/bones", "1.0.0", undefined, ["@peels/hand", "@peels/skin"]],
      ["@peels/skin", "1.0.0", undefined, ["@peels/hand"]],
    ]);
    expect(await installed()).toEqual(["bones@1.0.0 ok", "hand@1.0.0 ok", "skin@1.0.0 ok"]);
    const { peels } = JSON.parse(await readFile(join(app.project, "banana.json"), "utf8"));
    expect(peels).toEqual({ "@peels/hand": "^1.0.0" });
    expect((await lock()).peels["@peels/hand"].dependencies).toEqual({
      "@peels/bones": "<1.1.0",
      "@peels/skin": "*",
    });
    expect((await lock()).peels["@peels/bones"]).not.toHaveProperty("dependencies");
  });

  it("asks for each name once", async () => {
    await add("hand", "skin");
    const asked = registry.requests.filter((line) => line.startsWith("GET /@peels%2f"));
    expect(asked.sort()).toEqual(["GET /@peels%2fbones", "GET /@peels%2fhand", "GET /@peels%2fskin"]);
  });

  it("moves another peel only where it must, and says so", async () => {
    await add("skin");
    expect(await installed()).toEqual(["bones@1.1.0 ok", "skin@1.0.0 ok"]);
    await put("skin", "1.1.0", { dependencies: { "@peels/bones": "^1.0.0" } });
    const { others } = await add("hand");
    expect(others.map(({ name, before, version }) => [name, before, version])).toEqual([
      ["@peels/bones", "1.1.0", "1.0.0"],
    ]);
    expect(await installed()).toEqual(["bones@1.0.0 ok", "hand@1.0.0 ok", "skin@1.0.0 ok"]);
  });

  it("changes nothing when peels can't be together, and says why", async () => {
    await add("hand");
    await put("ghost", "1.0.0", { conflicts: { "@peels/bones": "*" } });
    const before = await snapshot(app.root);
    const error = await expectCode(add("ghost"), "RESOLUTION_CONFLICT");
    expect(error.message).toContain("@peels/ghost 1.0.0 can't be beside @peels/bones *");
    expect(await snapshot(app.root)).toEqual(before);
  });

  it("keeps exclusive roles apart", async () => {
    await put("ink", "1.0.0", { roles: ["style"] });
    await put("oil", "1.0.0", { roles: ["style"] });
    const error = await expectCode(add("ink", "oil"), "RESOLUTION_CONFLICT");
    expect(error.hint).toMatch(/^Add "style" to sharedRoles/);
    const manifest = { formatVersion: 1, bases: ["./base"], sharedRoles: ["style"] };
    await writeFile(join(app.project, "banana.json"), JSON.stringify(manifest));
    await add("ink", "oil");
    expect(await readFile(join(app.project, "banana.json"), "utf8")).toContain('"sharedRoles"');
  });

  it("takes a dependency's version from overrides", async () => {
    const overrides = { "@peels/bones": "1.1.0" };
    await writeFile(
      join(app.project, "banana.json"),
      JSON.stringify({ formatVersion: 1, bases: ["./base"], overrides }),
    );
    await add("hand");
    expect(await installed()).toContain("bones@1.1.0 ok");
    expect(await whyPeel({ project: app.project, name: "bones" })).toMatchObject({ override: "1.1.0" });
    await installPeels({ ...app.options, frozen: true });
  });

  it("believes the signed peel, not the registry, and changes nothing when they differ", async () => {
    const field = { formatVersion: 1, adapters: [{ family: "nano", range: "^1.0.0" }] };
    await put("sly", "1.0.0", { dependencies: { "@peels/bones": "*" } }, { bananaPeel: field });
    await put("bold", "1.0.0", {}, { bananaPeel: { ...field, dependencies: { "@peels/bones": "*" } } });
    await put("role", "1.0.0", { roles: ["style"] }, { bananaPeel: field });
    const before = await snapshot(app.root);
    for (const name of ["sly", "bold", "role"]) {
      const error = await expectCode(add(name), "PEEL_INVALID");
      expect(error.message).toContain("as the registry or banana.lock says; the signed peel has");
    }
    expect(await snapshot(app.root)).toEqual(before);
  });

  it("takes a version whose metadata can't be understood for no peel", async () => {
    const field = { formatVersion: 1, adapters: [{ family: "nano", range: "^1.0.0" }] };
    for (const broken of [
      { dependencies: { "../x": "*" } },
      { dependencies: { "@peels/bones": "latest" } },
      { dependencies: ["@peels/bones"] },
      { conflicts: { "@peels/bones": 1 } },
      { roles: "style" },
      { roles: [1] },
    ]) {
      await put("broken", "1.0.0", {}, { bananaPeel: { ...field, ...broken } });
      await expectCode(add("broken"), "NOT_A_PEEL");
    }
  });

  it("leaves a locked name with the registry that it came from", async () => {
    await add("hand");
    const other = await startTestRegistry();
    try {
      // A registry that offers a newer version of a name that is in use.
      other.put(await samplePacked(await newKey(), { name: "@peels/bones", version: "1.0.9" }));
      other.put(
        await samplePacked(key, { name: "@peels/extra", dependencies: { "@peels/bones": "^1.0.0" } }),
      );
      await addPeels({ ...app.options, registry: other.url, requests: ["extra"] });
      const { peels } = await lock();
      expect(peels["@peels/bones"]).toMatchObject({ version: "1.0.0", registry: registry.url });
      expect(peels["@peels/extra"].registry).toBe(other.url);
    } finally {
      await other.close();
    }
  });

  it("accepts a new signer for the peel that was named, and not for what it needs", async () => {
    await add("hand");
    const thief = await newKey();
    registry.put(await samplePacked(thief, { name: "@peels/bones", version: "1.0.5" }));
    await put("hand", "1.1.0", { dependencies: { "@peels/bones": "1.0.5" } });
    const accept = thief.identity.fingerprint;
    await expectCode(addPeels({ ...app.options, requests: ["hand"], accept }), "SIGNER_CHANGED");
    await addPeels({ ...app.options, requests: ["bones@1.0.5"], accept }).catch(() => undefined);
  });
});

describe("remove", () => {
  it("takes with a peel what only it needed", async () => {
    await add("hand", "bones@<1.1.0");
    const report = await removePeels({ project: app.project, names: ["hand"] });
    expect(report).toMatchObject({
      removed: [{ name: "@peels/hand", version: "1.0.0" }],
      orphans: [{ name: "@peels/skin", version: "1.0.0" }],
      kept: [],
    });
    expect(await installed()).toEqual(["bones@1.0.0 ok"]);
    await removePeels({ project: app.project, names: ["bones"] });
    await expect(stat(join(app.project, "peels"))).rejects.toThrow();
  });

  it("keeps what others need, and refuses to take away what banana.json doesn't ask for", async () => {
    await add("hand", "skin");
    expect(await removePeels({ project: app.project, names: ["skin"] })).toMatchObject({
      removed: [],
      orphans: [],
      kept: [{ name: "@peels/skin", neededBy: ["@peels/hand"] }],
    });
    expect(await installed()).toEqual(["bones@1.0.0 ok", "hand@1.0.0 ok", "skin@1.0.0 ok"]);
    const before = await snapshot(app.root);
    const error = await expectCode(removePeels({ project: app.project, names: ["bones"] }), "PEEL_NEEDED");
    expect(error.message).toContain("which @peels/hand and @peels/skin need");
    expect(await snapshot(app.root)).toEqual(before);
    await removePeels({ project: app.project, names: ["bones", "hand"] });
    expect(await installed()).toEqual([]);
  });
});

describe("install, update, outdated, list and why", () => {
  it("install brings exactly what is locked, offline and frozen", async () => {
    await add("hand");
    const text = await readFile(join(app.project, "banana.lock"), "utf8");
    await put("bones", "1.0.1");
    await rm(join(app.project, "peels"), { recursive: true });
    await registry.close();
    const report = await installPeels({ ...app.options, offline: true, frozen: true });
    expect(report.installed).toHaveLength(3);
    expect(await installed()).toEqual(["bones@1.0.0 ok", "hand@1.0.0 ok", "skin@1.0.0 ok"]);
    expect(await readFile(join(app.project, "banana.lock"), "utf8")).toBe(text);
    registry = await startTestRegistry();
  });

  it("install finds a lockfile that lacks what its peels need", async () => {
    await add("hand");
    const edited = await lock();
    delete edited.peels["@peels/bones"];
    await writeFile(join(app.project, "banana.lock"), JSON.stringify(edited));
    const error = await expectCode(installPeels({ ...app.options, frozen: true }), "LOCK_OUTDATED");
    expect(error.message).toContain("@peels/hand needs @peels/bones <1.1.0, which is not locked");
    await expectCode(installPeels({ ...app.options, offline: true }), "LOCK_OUTDATED");
    await installPeels(app.options);
    expect((await lock()).peels["@peels/bones"].version).toBe("1.0.0");
  });

  it("install refuses dependencies that were edited in the lockfile", async () => {
    await add("skin");
    const edited = await lock();
    delete edited.peels["@peels/skin"].dependencies;
    delete edited.peels["@peels/bones"];
    await writeFile(join(app.project, "banana.lock"), JSON.stringify(edited));
    await rm(join(app.project, "peels"), { recursive: true });
    await expectCode(installPeels(app.options), "PEEL_INVALID");
  });

  it("install takes away what nothing needs any more, without asking a registry", async () => {
    await add("hand", "bones@<1.1.0");
    await writeFile(
      join(app.project, "banana.json"),
      JSON.stringify({ formatVersion: 1, bases: ["./base"], peels: { "@peels/bones": "<1.1.0" } }),
    );
    const asked = registry.requests.length;
    const { removed } = await installPeels(app.options);
    expect(removed).toEqual(["@peels/hand", "@peels/skin"]);
    expect(registry.requests.length).toBe(asked);
  });

  it("update brings what peels need up to date, all or by name", async () => {
    await put("skin", "1.0.0", { dependencies: { "@peels/bones": "^1.0.0" } });
    await add("skin", "bones@1.0.0");
    await put("bones", "1.2.0");
    await writeFile(
      join(app.project, "banana.json"),
      JSON.stringify({ formatVersion: 1, bases: ["./base"], peels: { "@peels/skin": "^1.0.0" } }),
    );
    await put("skin", "1.1.0", { dependencies: { "@peels/bones": "^1.0.0" } });
    expect((await updatePeels({ ...app.options, names: ["skin"] })).updated.map(({ name }) => name)).toEqual([
      "@peels/skin",
    ]);
    const { updated } = await updatePeels({ ...app.options, names: ["bones"] });
    expect(updated.map(({ name, before, version, neededBy }) => [name, before, version, neededBy])).toEqual([
      ["@peels/bones", "1.0.0", "1.2.0", ["@peels/skin"]],
    ]);
    expect((await updatePeels(app.options)).updated).toEqual([]);
  });

  it("update takes away what the new version no longer needs", async () => {
    await add("skin");
    await put("skin", "1.1.0");
    expect(await updatePeels(app.options)).toMatchObject({ removed: ["@peels/bones"] });
    expect(await installed()).toEqual(["skin@1.1.0 ok"]);
  });

  it("outdated says what an update would bring, with all requirements together", async () => {
    await add("hand", "bones");
    await put("bones", "2.0.0");
    const [bones, hand] = await outdatedPeels(app.options);
    expect(bones).toMatchObject({
      name: "@peels/bones",
      installed: "1.0.0",
      wanted: "1.0.0",
      latest: "2.0.0",
    });
    expect(hand).toMatchObject({ name: "@peels/hand", outdated: false });
  });

  it("list and why show by what way a peel came", async () => {
    await add("hand");
    expect(
      (await listPeels({ project: app.project })).map(({ name, range, neededBy }) => [name, range, neededBy]),
    ).toEqual([
      ["@peels/bones", undefined, ["@peels/hand", "@peels/skin"]],
      ["@peels/hand", "^1.0.0", []],
      ["@peels/skin", undefined, ["@peels/hand"]],
    ]);
    expect(await whyPeel({ project: app.project, name: "bones" })).toMatchObject({
      request: undefined,
      override: undefined,
      neededBy: [
        { name: "@peels/hand", version: "1.0.0", range: "<1.1.0" },
        { name: "@peels/skin", version: "1.0.0", range: "^1.0.0" },
      ],
      paths: [
        [
          { name: "@peels/hand", range: "^1.0.0" },
          { name: "@peels/bones", range: "<1.1.0" },
        ],
        [
          { name: "@peels/hand", range: "^1.0.0" },
          { name: "@peels/skin", range: "*" },
          { name: "@peels/bones", range: "^1.0.0" },
        ],
      ],
    });
  });

  it("a host opens a peel with all that it needs, in the order that they build on each other", async () => {
    await put("bones", "1.0.0", { dependencies: { "@peels/hand": "*" } });
    await put("nail", "1.0.0", { dependencies: { "@peels/hand": "*" } });
    await add("nail");
    const names = async (name: string) =>
      (await openInstalledPeels(app.project, name)).map(({ manifest }) => manifest.name.slice(7));
    expect(await names("nail")).toEqual(["bones", "skin", "hand", "nail"]);
    expect(await names("skin"), "a circle ends").toEqual(["hand", "bones", "skin"]);
    await rm(join(app.project, "peels", "@peels", "bones"), { recursive: true });
    await expectCode(openInstalledPeels(app.project, "nail"), "FILE_MISSING");
  });

  it("write the same lockfile for the same project and registry, whatever way led there", async () => {
    await add("hand");
    await add("skin");
    const text = await readFile(join(app.project, "banana.lock"), "utf8");
    const manifest = await readFile(join(app.project, "banana.json"), "utf8");
    const other = await sampleProject(registry.url);
    await addPeels({ ...other.options, requests: ["skin@^1.0.0", "hand@^1.0.0"] });
    expect(await readFile(join(other.project, "banana.lock"), "utf8")).toBe(text);
    expect(await readFile(join(other.project, "banana.json"), "utf8")).toBe(manifest);
    const third = await sampleProject(registry.url);
    await writeFile(join(third.project, "banana.json"), manifest);
    await installPeels(third.options);
    expect(await readFile(join(third.project, "banana.lock"), "utf8")).toBe(text);
  });
});
