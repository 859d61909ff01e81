import { type BananaError, isBananaError } from "@banana-peel/format";
import { describe, expect, it } from "vitest";
import type { CatalogueEntry } from "./catalogue.js";
import { resolve } from "./resolve.js";
import type { ResolveOptions } from "./session.js";
import { catalogueOf, entry, minilm, nano, onMinilm, onNano } from "./testing/catalogue.js";

/** Resolves what can't be resolved. */
async function explained(
  asked: string[],
  entries: CatalogueEntry[],
  more: Partial<ResolveOptions> = {},
): Promise<BananaError> {
  const requests = asked.map((text) => {
    const [name, range] = text.split("@");
    return { name: `@peels/${name}`, range };
  });
  try {
    await resolve({ requests, bases: [nano], catalogue: catalogueOf(...entries), ...more });
  } catch (error) {
    if (!isBananaError(error)) throw error;
    expect(error.code).toBe("RESOLUTION_CONFLICT");
    return error;
  }
  throw new Error("expected a conflict, found a resolution");
}
const needs = (name: string, range: string) => ({ dependencies: { [`@peels/${name}`]: range } });
const HEAD = "expected versions of the peels that can be used together, found none:";
const text = (...lines: string[]) => [HEAD, ...lines.map((line) => `  ${line}`)].join("\n");

describe("what an explanation says", () => {
  it("names the two requirements that exclude each other, and what to ask for instead", async () => {
    const error = await explained(
      ["hand@^2.0.0", "foot"],
      [
        entry("hand", { "1.0.0": needs("bones", "^1.0.0"), "2.0.0": needs("bones", "^2.0.0") }),
        entry("foot", { "1.0.0": needs("bones", "^1.0.0") }),
        entry("bones", { "1.0.0": {}, "2.0.0": {} }),
      ],
    );
    expect(error.message).toBe(
      text(
        "banana.json asks for @peels/foot",
        "@peels/foot 1.0.0 needs @peels/bones ^1.0.0",
        "banana.json asks for @peels/hand ^2.0.0",
        "@peels/hand 2.0.0 needs @peels/bones ^2.0.0",
        "so no version of @peels/bones is in ^1.0.0 and in ^2.0.0",
      ),
    );
    expect(error.hint).toBe(
      'Ask for @peels/hand@1.0.0 instead of ^2.0.0. Or put "overrides": {"@peels/bones": "^1.0.0"} into banana.json, if it works with @peels/foot and @peels/hand. Or do without @peels/foot.',
    );
    expect(error.details).toMatchObject({
      facts: [
        { kind: "request", name: "@peels/foot" },
        { kind: "dependency", name: "@peels/foot", on: "@peels/bones", range: "^1.0.0" },
        { kind: "request", name: "@peels/hand", range: "^2.0.0" },
        { kind: "dependency", name: "@peels/hand", on: "@peels/bones", range: "^2.0.0" },
      ],
      waysOut: [
        { peels: { "@peels/hand": "1.0.0" } },
        { overrides: { "@peels/bones": "^1.0.0" } },
        { remove: "@peels/foot" },
      ],
    });
  });

  it("joins versions that say the same", async () => {
    const same = needs("bones", "^2.0.0");
    const error = await explained(
      ["hand", "bones@^1.0.0"],
      [
        entry("hand", { "1.0.0": same, "1.1.0": same, "1.2.0": same, "2.0.0": needs("bones", "^3.0.0") }),
        entry("bones", { "1.0.0": {}, "2.0.0": {} }),
      ],
    );
    expect(error.message).toBe(
      text(
        "banana.json asks for @peels/bones ^1.0.0",
        "banana.json asks for @peels/hand",
        "@peels/hand 2.0.0 needs @peels/bones ^3.0.0; it has 2.0.0, 1.0.0",
        "@peels/hand 1.0.0 to 1.2.0 needs @peels/bones ^2.0.0",
        "so no version of @peels/bones is in ^1.0.0 and in ^3.0.0 and in ^2.0.0",
      ),
    );
    expect(error.hint).toMatch(/^Ask for @peels\/bones@2\.0\.0 instead of \^1\.0\.0\./);
  });

  it("says what a needed name lacks: existence, versions, a peel, a base", async () => {
    const hand = (on: string) => entry("hand", { "1.0.0": needs(on, "^1.0.0") });
    const of = async (entries: CatalogueEntry[], more = {}) =>
      (await explained(["hand"], entries, more)).message.split("\n")[2];
    expect(await of([hand("gone")])).toBe(
      "  @peels/hand 1.0.0 needs @peels/gone ^1.0.0, which the registry doesn't have",
    );
    expect(await of([hand("code"), entry("code", { "1.0.0": { adapters: undefined } })])).toContain(
      ", which is no peel",
    );
    expect(await of([hand("late"), entry("late", { "2.0.0": {} })])).toContain("^1.0.0; it has 2.0.0");
    expect(await of([hand("text"), entry("text", { "1.0.0": { adapters: [onMinilm] } })])).toContain(
      ", no version of which fits nano 1.2.0",
    );
    const both = [
      entry("hand", { "1.0.0": { ...needs("half", "*"), adapters: [onNano, onMinilm] } }),
      entry("half", { "1.0.0": {} }),
    ];
    expect(await of(both, { bases: [nano, minilm] })).toContain(
      "needs @peels/half * for nano 1.2.0 and minilm 3.0.0",
    );
  });

  it("says which versions were passed over because they fit no base", async () => {
    const error = await explained(
      ["hand"],
      [entry("hand", { "1.0.0": needs("gone", "*"), "1.1.0": { adapters: [onMinilm] } })],
    );
    expect(error.message).toContain("banana.json asks for @peels/hand (1.1.0 fits no base of the project)");
    expect(error.message).toContain("so @peels/hand can't be had without @peels/gone");
    expect(error.hint).toBe("Ask the author of @peels/hand for a version that fits.");
  });

  it("says who can't be beside whom", async () => {
    const error = await explained(
      ["ink", "oil"],
      [entry("ink", { "1.0.0": { conflicts: { "@peels/oil": "<2.0.0" } } }), entry("oil", { "1.0.0": {} })],
    );
    expect(error.message).toContain("@peels/ink 1.0.0 can't be beside @peels/oil <2.0.0");
    expect(error.message).toContain("so @peels/ink and @peels/oil can't be in one project");
    expect(error.hint).toBe(
      'Put "overrides": {"@peels/oil": "*"} into banana.json, if it works with @peels/ink. Or do without @peels/ink. Or do without @peels/oil.',
    );
  });

  it("says which role two peels both have", async () => {
    const style = { roles: ["style"] };
    const error = await explained(
      ["ink", "oil"],
      [entry("ink", { "1.0.0": style }), entry("oil", { "1.0.0": style })],
    );
    expect(error.message).toContain(
      "@peels/ink 1.0.0 and @peels/oil 1.0.0 both have the exclusive role style",
    );
    expect(error.hint).toMatch(/^Add "style" to sharedRoles in banana\.json, if the app puts one/);
    expect(error.details?.waysOut).toMatchObject([
      { sharedRoles: ["style"] },
      { remove: "@peels/ink" },
      { remove: "@peels/oil" },
    ]);
  });

  it("says that an override is in the way", async () => {
    const error = await explained(
      ["hand", "bones@^1.0.0"],
      [entry("hand", { "1.0.0": needs("bones", "^1.0.0") }), entry("bones", { "1.0.0": {}, "2.0.0": {} })],
      { overrides: { "@peels/bones": "^2.0.0" } },
    );
    expect(error.message).toContain("needs @peels/bones ^1.0.0 (banana.json overrides it with ^2.0.0)");
    expect(error.details?.waysOut).toContainEqual(
      expect.objectContaining({ overrides: { "@peels/bones": "^1.0.0" } }),
    );
  });

  it("follows a chain from banana.json to where it breaks, and leaves out what has no part in it", async () => {
    const error = await explained(
      ["a", "z", "bystander"],
      [
        entry("a", { "1.0.0": needs("b", "*") }),
        entry("b", { "1.0.0": needs("c", "*") }),
        entry("c", { "1.0.0": needs("d", "^1.0.0") }),
        entry("d", { "1.0.0": {}, "2.0.0": {} }),
        entry("z", { "1.0.0": needs("d", "^2.0.0") }),
        entry("bystander", { "1.0.0": needs("d", "*"), "2.0.0": {} }),
      ],
    );
    expect(error.message).toBe(
      text(
        "banana.json asks for @peels/a",
        "@peels/a 1.0.0 needs @peels/b *",
        "@peels/b 1.0.0 needs @peels/c *",
        "@peels/c 1.0.0 needs @peels/d ^1.0.0",
        "banana.json asks for @peels/z",
        "@peels/z 1.0.0 needs @peels/d ^2.0.0",
        "so no version of @peels/d is in ^1.0.0 and in ^2.0.0",
      ),
    );
  });

  it("stays short when much contradicts", async () => {
    const names = Array.from({ length: 20 }, (_, i) => `p${String(i).padStart(2, "0")}`);
    const many = Object.fromEntries(
      names.map((name, i) => [`1.${i}.0`, { dependencies: { [`@peels/${name}`]: "^2.0.0" } }]),
    );
    const error = await explained(
      ["hub"],
      [entry("hub", many), ...names.map((name) => entry(name, { "1.0.0": {} }))],
    );
    expect(error.message.split("\n").length).toBeLessThan(16);
    expect(error.message).toContain("and 9 more requirements");
    expect(error.details?.facts).toHaveLength(21);
  });
});
