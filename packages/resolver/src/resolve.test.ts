import { describe, expect, it } from "vitest";
import type { AdapterFit, Catalogue, CatalogueEntry, ProjectBase } from "./catalogue.js";
import { resolve } from "./resolve.js";
import type { ResolveOptions } from "./session.js";

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const nano: ProjectBase = { family: "nano", version: "1.2.0", digest: digest("a") };
const minilm: ProjectBase = { family: "minilm", version: "3.0.0", digest: digest("b") };
const fit = (family: string, range: string, pin?: string): AdapterFit => ({
  family,
  range,
  ...(pin === undefined ? {} : { digest: pin }),
});

type Versions = Record<string, AdapterFit[] | null>;
function entry(name: string, versions: Versions, more: Partial<CatalogueEntry> = {}): CatalogueEntry {
  return {
    name,
    registry: "http://registry.test/",
    distTags: {},
    versions: Object.entries(versions).map(([version, adapters]) => ({
      version,
      integrity: `sha512-${version}`,
      tarball: `http://registry.test/${name}-${version}.tgz`,
      adapters: adapters ?? undefined,
    })),
    ...more,
  };
}
function catalogue(...entries: CatalogueEntry[]): Catalogue {
  return {
    versions: async (name) => entries.find((item) => item.name === name),
    suggest: async () => entries.map(({ name }) => name),
  };
}
const ask = (entries: CatalogueEntry[], range?: string, more: Partial<ResolveOptions> = {}) =>
  resolve({
    requests: [{ name: "@peels/x", range }],
    bases: [nano],
    catalogue: catalogue(...entries),
    ...more,
  }).then(({ peels }) => peels[0]!);

const any = [fit("nano", "^1.0.0")];
const several = entry("@peels/x", {
  "1.0.0": any,
  "1.1.0": any,
  "2.0.0": [fit("nano", "^2.0.0")],
  "1.2.0-rc.1": any,
});

describe("resolve: what it picks", () => {
  it("takes the newest release that fits the base", async () => {
    expect((await ask([several])).version).toBe("1.1.0");
    expect((await ask([several], "1.0.x")).version).toBe("1.0.0");
  });

  it("takes latest before newer versions, unless it doesn't fit", async () => {
    expect((await ask([{ ...several, distTags: { latest: "1.0.0" } }])).version).toBe("1.0.0");
    expect((await ask([{ ...several, distTags: { latest: "2.0.0" } }])).version).toBe("1.1.0");
    expect((await ask([{ ...several, distTags: { latest: "1.0.0" } }], "^1.0.0")).version).toBe("1.1.0");
  });

  it("takes prereleases only when a range or a tag asks for them", async () => {
    expect((await ask([several], ">=1.2.0-rc.0 <2.0.0")).version).toBe("1.2.0-rc.1");
    expect((await ask([{ ...several, distTags: { next: "1.2.0-rc.1" } }], "next")).version).toBe(
      "1.2.0-rc.1",
    );
    const only = entry("@peels/x", { "1.0.0-beta.1": any }, { distTags: { latest: "1.0.0-beta.1" } });
    await expect(ask([only])).rejects.toMatchObject({
      code: "VERSION_UNSATISFIED",
      hint: "Ask for @peels/x@1.0.0-beta.1, a prerelease.",
    });
  });

  it("passes over deprecated versions while there are others", async () => {
    const versions = entry("@peels/x", { "1.0.0": any, "1.1.0": any }).versions.map((item) =>
      item.version === "1.1.0" ? { ...item, deprecated: "draws nothing" } : item,
    );
    expect((await ask([{ ...several, versions }])).version).toBe("1.0.0");
    expect(await ask([{ ...several, versions }], "1.1.0")).toMatchObject({ deprecated: "draws nothing" });
  });

  it("keeps the locked version while it satisfies, unless the newest is preferred", async () => {
    const locked = new Map([["@peels/x", "1.0.0"]]);
    expect((await ask([several], "^1.0.0", { locked })).version).toBe("1.0.0");
    expect((await ask([several], "^1.1.0", { locked })).version).toBe("1.1.0");
    expect((await ask([several], "^1.0.0", { locked, fresh: "all" })).version).toBe("1.1.0");
  });

  it("picks an adapter per base, the one with the base's digest first", async () => {
    const peel = entry("@peels/x", {
      "1.0.0": [fit("minilm", "^3.0.0"), fit("nano", "^1.0.0"), fit("nano", "^1.0.0", digest("a"))],
    });
    const { adapters } = await ask([peel], undefined, { bases: [nano, minilm] });
    expect(adapters.map(({ base, index }) => [base.family, index])).toEqual([
      ["nano", 2],
      ["minilm", 0],
    ]);
  });

  it("fits when one of several bases fits", async () => {
    expect((await ask([several], undefined, { bases: [minilm, nano] })).adapters).toEqual([
      { base: nano, index: 0 },
    ]);
  });

  it("gives the same resolution whatever the order of requests and versions", async () => {
    const y = entry("@peels/y", { "0.1.0": any });
    const one = await resolve({
      requests: [
        { name: "@peels/y", range: undefined },
        { name: "@peels/x", range: "^1.0.0" },
      ],
      bases: [nano],
      catalogue: catalogue(several, y),
    });
    const other = await resolve({
      requests: [
        { name: "@peels/x", range: "^1.0.0" },
        { name: "@peels/y", range: undefined },
      ],
      bases: [nano],
      catalogue: catalogue(y, { ...several, versions: [...several.versions].reverse() }),
    });
    expect(JSON.stringify(other)).toBe(JSON.stringify(one));
    expect(one.peels.map(({ name }) => name)).toEqual(["@peels/x", "@peels/y"]);
  });
});

describe("resolve: what it explains", () => {
  it("names the nearest names of an unknown one", async () => {
    const registry = [
      entry("@peels/medical-imaging", { "1.0.0": any }),
      entry("@peels/zebra", { "1.0.0": any }),
    ];
    const error = resolve({
      requests: [{ name: "@peels/medical-imagign", range: undefined }],
      bases: [nano],
      catalogue: catalogue(...registry),
    });
    await expect(error).rejects.toMatchObject({
      code: "PEEL_UNKNOWN",
      hint: "Did you mean @peels/medical-imaging?",
      details: { nearest: ["@peels/medical-imaging"] },
    });
    await expect(
      resolve({
        requests: [{ name: "@peels/q", range: undefined }],
        bases: [nano],
        catalogue: { versions: async () => undefined },
      }),
    ).rejects.toMatchObject({ code: "PEEL_UNKNOWN", hint: expect.stringContaining("Check the spelling") });
  });

  it("lists what there is when no version satisfies", async () => {
    await expect(ask([several], "^3.0.0")).rejects.toMatchObject({
      code: "VERSION_UNSATISFIED",
      message: expect.stringContaining("2.0.0, 1.2.0-rc.1, 1.1.0, 1.0.0"),
      hint: "Ask for @peels/x@2.0.0.",
    });
    await expect(ask([several], "<1.0.0")).rejects.toMatchObject({ hint: "Ask for @peels/x@1.0.0." });
    await expect(ask([{ ...several, distTags: { latest: "1.1.0" } }], "nightly")).rejects.toMatchObject({
      code: "VERSION_UNSATISFIED",
      message: expect.stringContaining("tags: latest"),
    });
    await expect(ask([entry("@peels/x", {})])).rejects.toMatchObject({ code: "VERSION_UNSATISFIED" });
    const many = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`1.0.${i}`, any]));
    await expect(ask([entry("@peels/x", many)], "2.x")).rejects.toThrow("and 3 more");
  });

  it("says which base each version wants, what the project has, and an older version that fits", async () => {
    await expect(ask([several], "^2.0.0")).rejects.toMatchObject({
      code: "BASE_INCOMPATIBLE",
      message:
        "expected @peels/x@^2.0.0 to fit a base of the project, which has nano 1.2.0; 2.0.0 wants nano ^2.0.0",
      hint: "Ask for @peels/x@1.1.0, which fits.",
      details: { fitting: "1.1.0" },
    });
  });

  it("refuses another family, another digest, no base, and a range that is none", async () => {
    await expect(ask([several], undefined, { bases: [minilm] })).rejects.toMatchObject({
      code: "BASE_INCOMPATIBLE",
      hint: expect.stringContaining("Add a base"),
    });
    const pinned = entry("@peels/x", { "1.0.0": [fit("nano", "^1.0.0", digest("c"))] });
    await expect(ask([pinned])).rejects.toThrow("with the weights sha256:cccccccccccc…");
    await expect(ask([several], undefined, { bases: [] })).rejects.toMatchObject({
      code: "BASE_INCOMPATIBLE",
      hint: "Name the base's folder: banana-peel init --base DIR.",
    });
    await expect(ask([entry("@peels/x", { "1.0.0": [fit("nano", "about one")] })])).rejects.toMatchObject({
      code: "BASE_INCOMPATIBLE",
    });
  });

  it("tells an ordinary package from a peel, version by version", async () => {
    await expect(ask([entry("@peels/x", { "1.0.0": null })])).rejects.toMatchObject({ code: "NOT_A_PEEL" });
    expect((await ask([entry("@peels/x", { "1.0.0": any, "1.1.0": null })])).version).toBe("1.0.0");
  });

  it("ignores versions that are not semver and tags that name no version", async () => {
    const odd = entry(
      "@peels/x",
      { "v1.9.0": any, latest: any, "1.0.0": any },
      { distTags: { gone: "9.9.9" } },
    );
    expect((await ask([odd])).version).toBe("1.0.0");
    await expect(ask([odd], "gone")).rejects.toMatchObject({ code: "VERSION_UNSATISFIED" });
    await expect(ask([odd], "constructor")).rejects.toMatchObject({ code: "VERSION_UNSATISFIED" });
  });
});
