import { describe, expect, it } from "vitest";
import type { CatalogueEntry } from "./catalogue.js";
import { resolve } from "./resolve.js";
import type { ResolveOptions } from "./session.js";
import { catalogueOf, entry, minilm, nano, onMinilm, onNano } from "./testing/catalogue.js";

/** Resolves `name` or `name@range`; gives `name@version` of all. */
async function versions(asked: string[], entries: CatalogueEntry[], more: Partial<ResolveOptions> = {}) {
  const requests = asked.map((text) => {
    const [name, range] = text.split("@");
    return { name: `@peels/${name}`, range };
  });
  const { peels } = await resolve({ requests, bases: [nano], catalogue: catalogueOf(...entries), ...more });
  return peels.map(({ name, version }) => `${name.slice(7)}@${version}`);
}
const needs = (name: string, range: string) => ({ dependencies: { [`@peels/${name}`]: range } });

describe("peels that need others", () => {
  const bones = entry("bones", { "1.0.0": {}, "1.1.0": {}, "2.0.0": {} });

  it("bring them, the newest that all admit, once", async () => {
    const entries = [
      entry("hand", { "1.0.0": needs("bones", "^1.0.0") }),
      entry("foot", { "1.0.0": needs("bones", "<1.1.0") }),
      bones,
    ];
    expect(await versions(["hand"], entries)).toEqual(["bones@1.1.0", "hand@1.0.0"]);
    expect(await versions(["hand", "foot"], entries)).toEqual(["bones@1.0.0", "foot@1.0.0", "hand@1.0.0"]);
  });

  it("bring them through several steps, and in a circle", async () => {
    const entries = [
      entry("a", { "1.0.0": needs("b", "*") }),
      entry("b", { "1.0.0": needs("c", "*"), "2.0.0": needs("gone", "*") }),
      entry("c", { "1.0.0": needs("a", "^1.0.0") }),
    ];
    expect(await versions(["a"], entries)).toEqual(["a@1.0.0", "b@1.0.0", "c@1.0.0"]);
  });

  it("get versions in the order of their names", async () => {
    const entries = [
      entry("a", { "1.0.0": { dependencies: { "@peels/c": "*", "@peels/b": "*" } } }),
      entry("b", { "1.0.0": {}, "2.0.0": needs("c", "^1.0.0") }),
      entry("c", { "1.0.0": {}, "2.0.0": {} }),
    ];
    expect(await versions(["a"], entries)).toEqual(["a@1.0.0", "b@2.0.0", "c@1.0.0"]);
  });

  it("say whether the project asked, and what it asked", async () => {
    const entries = [entry("hand", { "1.0.0": needs("bones", "^1.0.0") }), bones];
    const requests = [{ name: "@peels/hand", range: "^1.0.0" }];
    const { peels } = await resolve({ requests, bases: [nano], catalogue: catalogueOf(...entries) });
    expect(
      peels.map(({ name, requested, range, dependencies }) => [name, requested, range, dependencies]),
    ).toEqual([
      ["@peels/bones", false, undefined, {}],
      ["@peels/hand", true, "^1.0.0", { "@peels/bones": "^1.0.0" }],
    ]);
  });

  it("take an older version of themselves when the newest can't be had", async () => {
    const entries = [
      entry("hand", { "1.0.0": needs("bones", "^1.0.0"), "1.1.0": needs("bones", "^3.0.0") }),
      bones,
    ];
    expect(await versions(["hand"], entries)).toEqual(["bones@1.1.0", "hand@1.0.0"]);
  });

  it("want them for every base that they serve themselves", async () => {
    const both = { adapters: [onNano, onMinilm] };
    const entries = [
      entry("hand", { "1.0.0": { ...both, ...needs("bones", "*") } }),
      entry("bones", { "1.0.0": both, "1.1.0": { adapters: [onNano] } }),
    ];
    expect(await versions(["hand"], entries, { bases: [nano] })).toEqual(["bones@1.1.0", "hand@1.0.0"]);
    expect(await versions(["hand"], entries, { bases: [nano, minilm] })).toEqual([
      "bones@1.0.0",
      "hand@1.0.0",
    ]);
  });

  it("keep what is locked where they can, and move it where they must", async () => {
    const entries = [
      entry("hand", { "1.0.0": needs("bones", "^1.0.0"), "2.0.0": needs("bones", "^2.0.0") }),
      bones,
    ];
    const locked = new Map([
      ["@peels/hand", "1.0.0"],
      ["@peels/bones", "1.0.0"],
    ]);
    expect(await versions(["hand"], entries, { locked })).toEqual(["bones@1.0.0", "hand@1.0.0"]);
    const fresh = new Set(["@peels/hand"]);
    expect(await versions(["hand"], entries, { locked, fresh })).toEqual(["bones@2.0.0", "hand@2.0.0"]);
    const bonesOnly = { locked, fresh: new Set(["@peels/bones"]) };
    expect(await versions(["hand"], entries, bonesOnly)).toEqual(["bones@1.1.0", "hand@1.0.0"]);
    expect(await versions(["hand"], entries, { locked, fresh: "all" })).toEqual([
      "bones@2.0.0",
      "hand@2.0.0",
    ]);
  });

  it("give way to a peel whose newest is wanted", async () => {
    const entries = [
      entry("a", { "1.0.0": needs("c", "^1.0.0"), "1.1.0": needs("c", "^2.0.0") }),
      entry("z", { "1.0.0": needs("c", "^2.0.0") }),
      entry("c", { "1.0.0": {}, "2.0.0": {} }),
    ];
    const locked = new Map([
      ["@peels/a", "1.0.0"],
      ["@peels/c", "1.0.0"],
    ]);
    expect(await versions(["a", "z"], entries, { locked })).toEqual(["a@1.1.0", "c@2.0.0", "z@1.0.0"]);
  });

  it("avoid deprecated versions when others fit", async () => {
    const entries = [
      entry("hand", { "1.0.0": needs("bones", "*") }),
      entry("bones", { "1.0.0": {}, "2.0.0": { deprecated: "six fingers" } }),
    ];
    expect(await versions(["hand"], entries)).toEqual(["bones@1.0.0", "hand@1.0.0"]);
    const must = [entry("hand", { "1.0.0": needs("bones", "^2.0.0") }), entries[1]!];
    expect(await versions(["hand"], must)).toEqual(["bones@2.0.0", "hand@1.0.0"]);
  });
});

describe("peels that can't be beside others", () => {
  it("are chosen in versions that can", async () => {
    const entries = [
      entry("a", { "1.0.0": {}, "1.1.0": { conflicts: { "@peels/b": "<2.0.0" } } }),
      entry("b", { "1.0.0": {}, "2.0.0-rc.1": {}, "2.0.0": {} }),
    ];
    expect(await versions(["a", "b@^1.0.0"], entries)).toEqual(["a@1.0.0", "b@1.0.0"]);
    expect(await versions(["a", "b"], entries)).toEqual(["a@1.1.0", "b@2.0.0"]);
    expect(await versions(["a"], entries)).toEqual(["a@1.1.0"]);
    // A conflict's range holds pre-releases, too.
    expect(await versions(["a", "b@2.0.0-rc.1"], entries)).toEqual(["a@1.0.0", "b@2.0.0-rc.1"]);
  });

  it("don't mind what nobody needs", async () => {
    const entries = [entry("a", { "1.0.0": { conflicts: { "@peels/gone": "*", "@peels/b": "*" } } })];
    expect(await versions(["a"], entries)).toEqual(["a@1.0.0"]);
  });

  it("are kept apart by exclusive roles, unless the project shares them", async () => {
    const style = { roles: ["style"] };
    const entries = [
      entry("ink", { "1.0.0": {}, "1.1.0": style }),
      entry("oil", { "1.0.0": style }),
      entry("size", { "1.0.0": { roles: ["size"] } }),
    ];
    expect(await versions(["ink", "size"], entries)).toEqual(["ink@1.1.0", "size@1.0.0"]);
    expect(await versions(["ink", "oil"], entries)).toEqual(["ink@1.0.0", "oil@1.0.0"]);
    expect(await versions(["ink", "oil"], entries, { sharedRoles: ["style"] })).toEqual([
      "ink@1.1.0",
      "oil@1.0.0",
    ]);
  });
});

describe("overrides", () => {
  it("hold in place of what peels say of a name, and bring nothing by themselves", async () => {
    const entries = [
      entry("hand", { "1.0.0": needs("bones", "^1.0.0") }),
      entry("bones", { "1.0.0": {}, "2.0.0": {} }),
      entry("stone", { "1.0.0": { conflicts: { "@peels/bones": "*" } } }),
    ];
    const overrides = { "@peels/bones": "^2.0.0", "@peels/other": "1.0.0" };
    expect(await versions(["hand", "stone"], entries, { overrides })).toEqual([
      "bones@2.0.0",
      "hand@1.0.0",
      "stone@1.0.0",
    ]);
    await expect(versions(["hand", "bones@^1.0.0"], entries, { overrides })).rejects.toMatchObject({
      code: "RESOLUTION_CONFLICT",
    });
  });
});

describe("the catalogue", () => {
  it("is asked for each name once, and for as many at a time as can be known", async () => {
    const leaves = Array.from({ length: 5 }, (_, i) => entry(`leaf-${i}`, { "1.0.0": {} }));
    const catalogue = catalogueOf(
      entry("a", { "1.0.0": { dependencies: { "@peels/leaf-0": "*", "@peels/leaf-1": "*" } } }),
      entry("b", { "1.0.0": { dependencies: { "@peels/leaf-1": "*", "@peels/leaf-2": "*" } } }),
      entry("c", { "1.0.0": { dependencies: { "@peels/leaf-3": "*", "@peels/a": "*" } } }),
      ...leaves,
    );
    const requests = ["a", "b", "c"].map((name) => ({ name: `@peels/${name}`, range: undefined }));
    await resolve({ requests, bases: [nano], catalogue });
    expect(catalogue.waves.map((wave) => wave.sort())).toEqual([
      ["@peels/a", "@peels/b", "@peels/c"],
      ["@peels/leaf-0", "@peels/leaf-1", "@peels/leaf-2", "@peels/leaf-3"],
    ]);
  });

  it("may answer in any order, with versions and keys in any order", async () => {
    const make = (turn: <T>(items: T[]) => T[]) => {
      const turned = (object: Record<string, string>) => Object.fromEntries(turn(Object.entries(object)));
      return turn(
        ["a", "b", "c", "d"].map((name, i) => {
          const { versions: list, ...rest } = entry(name, {
            "1.0.0": { dependencies: turned({ "@peels/c": "*", "@peels/d": `>=1.${i % 2}.0` }) },
            "1.1.0": { conflicts: turned({ "@peels/b": "<1.1.0", "@peels/d": "1.1.0" }) },
            "1.2.0": { roles: ["style"] },
          });
          return { ...rest, versions: turn([...list]) };
        }),
      );
    };
    const straight = await versions(
      ["a", "b", "c@1.0.0"],
      make((items) => items),
    );
    const back = await versions(
      ["c@1.0.0", "b", "a"],
      make((items) => [...items].reverse()),
    );
    expect(back).toEqual(straight);
  });

  it("may be endless: resolution ends with a code", async () => {
    let asked = 0;
    const endless = {
      versions: async (name: string) => {
        asked++;
        return entry(name.slice(7), { "1.0.0": needs(`x${asked}`, "*") });
      },
    };
    const requests = [{ name: "@peels/x0", range: undefined }];
    await expect(
      resolve({ requests, bases: [nano], catalogue: endless, maxNames: 200 }),
    ).rejects.toMatchObject({
      code: "RESOLUTION_TOO_LARGE",
    });
    expect(asked).toBe(200);
  });

  it("may be built to be hard: pigeons and holes end with a code, in bounded time", async () => {
    // Ten peels, each in nine versions that exclude each other: nothing fits, and proving it takes exponential steps.
    const holes = 9;
    const names = Array.from({ length: holes + 1 }, (_, i) => `pigeon-${i}`);
    const entries = names.map((name) =>
      entry(
        name,
        Object.fromEntries(
          Array.from({ length: holes }, (_, hole) => {
            const version = `1.${hole}.0`;
            const others = names
              .filter((other) => other !== name)
              .map((other) => [`@peels/${other}`, version]);
            return [version, { conflicts: Object.fromEntries(others) }];
          }),
        ),
      ),
    );
    const error = await versions(names, entries).catch((reason: unknown) => reason);
    expect(["RESOLUTION_TOO_LARGE", "RESOLUTION_CONFLICT"]).toContain((error as { code: string }).code);
  });
});
