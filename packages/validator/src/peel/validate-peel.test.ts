import {
  BananaError,
  LIMITS,
  memorySource,
  type PeelSource,
  type Tensor,
  writeSafetensors,
} from "@banana-peel/format";
import { describe, expect, it } from "vitest";
import { parseBaseCard } from "../parse/parse.js";
import { MAX_PROBLEMS } from "../problem.js";
import { conformanceCard } from "../testing/conformance.js";
import { validatePeel } from "./validate-peel.js";

const utf8 = (text: string) => new TextEncoder().encode(text);
const f32 = (shape: number[], value = 1): Tensor => ({
  dtype: "F32",
  shape,
  data: new Uint8Array(
    new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(value).buffer,
  ),
});
const tensors = {
  "blocks.0.attn.q_proj.lora_A.weight": f32([2, 4]),
  "blocks.0.attn.q_proj.lora_B.weight": f32([6, 2]),
};
const adapterBytes = (changes: Record<string, Tensor> = {}) =>
  writeSafetensors(new Map(Object.entries({ ...tensors, ...changes })));
const manifest = {
  formatVersion: 1,
  name: "@a/b",
  version: "1.0.0",
  description: "d",
  license: "MIT",
  adapters: [{ file: "adapter.safetensors", base: { family: "case", range: "^1.0.0" }, rank: 2, alpha: 2 }],
};
const files = (changes: Record<string, Uint8Array> = {}) =>
  new Map(
    Object.entries({
      "peel.json": utf8(JSON.stringify(manifest)),
      "adapter.safetensors": adapterBytes(),
      "README.md": utf8("# b"),
      LICENSE: utf8("MIT"),
      ...changes,
    }),
  );
const card = parseBaseCard(await conformanceCard());
const codes = async (source: PeelSource | Map<string, Uint8Array>, bases = [card]) =>
  (await validatePeel(source instanceof Map ? memorySource(source) : source, { bases })).map(
    ({ rule }) => rule,
  );

describe("validatePeel", () => {
  it("finds nothing wrong with a sound peel, with bases and without", async () => {
    expect(await codes(files())).toEqual([]);
    expect(await validatePeel(memorySource(files()))).toEqual([]);
  });

  it("says of DoRA's magnitude what opening the peel would say, never to leave it away", async () => {
    const adapter = adapterBytes({ "blocks.0.attn.q_proj.lora_magnitude_vector": f32([6]) });
    const found = await validatePeel(memorySource(files({ "adapter.safetensors": adapter })), {
      bases: [card],
    });
    expect(found).toEqual([
      expect.objectContaining({
        rule: "peel/adapter-tensors",
        message: expect.stringContaining("found DoRA's magnitude"),
        hint: expect.stringContaining("approximates it"),
      }),
    ]);
  });

  it("reports every problem of a peel that has many", async () => {
    const found = await codes(
      files({
        "peel.json": utf8(
          JSON.stringify({
            ...manifest,
            version: "v1",
            adapters: [{ ...manifest.adapters[0], rank: 3, weight: { default: 0 } }],
            triggers: [{ word: "x", embedding: true }],
            previews: [{ file: "none.png", alt: "x" }],
          }),
        ),
        "adapter.safetensors": adapterBytes({
          "blocks.0.attn.q_proj.lora_A.weight": f32([2, 4], Number.NaN),
          other: f32([1]),
        }),
        "README.md": utf8(""),
        "run.sh": utf8("x"),
        "picture.png": utf8("x"),
      }),
    );
    expect(found.sort()).toEqual([
      "peel/adapter-tensors",
      "peel/file-not-allowed",
      "peel/nan",
      "peel/preview-missing",
      "peel/preview-not-png",
      "peel/readme-missing",
      "peel/trigger-embedding-missing",
      "peel/version-not-semver",
      "peel/weight-range",
    ]);
  });

  it("says that a base is unknown only when it is given bases", async () => {
    expect(await codes(files(), [])).toEqual(["peel/base-unknown"]);
    expect(await codes(files(), [{ ...card, version: "2.0.0" }])).toEqual(["peel/base-unknown"]);
    expect(await codes(files(), [{ ...card, version: "1.3.0-beta.1" }])).toEqual(["peel/base-unknown"]);
  });

  it("leaves out a base whose digest the adapter doesn't pin", async () => {
    const base = { family: "case", range: "^1.0.0", digest: `sha256:${"0".repeat(64)}` };
    const pinned = JSON.stringify({ ...manifest, adapters: [{ ...manifest.adapters[0], base }] });
    expect(await codes(files({ "peel.json": utf8(pinned) }))).toEqual(["peel/base-unknown"]);
  });

  it("checks an adapter against every base that it fits", async () => {
    const narrow = {
      ...card,
      version: "1.1.0",
      targets: card.targets.map((target) => ({ ...target, k: 3 })),
    };
    const found = await validatePeel(memorySource(files()), { bases: [card, narrow] });
    expect(found).toMatchObject([
      {
        rule: "peel/base-shape",
        message: "expected lora_A [2,3] and lora_B [6,2] for case 1.1.0, found lora_A [2,4] and lora_B [6,2]",
        where: "adapter.safetensors:blocks.0.attn.q_proj",
      },
    ]);
  });

  it("names the nearest target for an unknown one", async () => {
    const typo = writeSafetensors(
      new Map([
        ["blocks.0.attn.q_porj.lora_A.weight", f32([2, 4])],
        ["blocks.0.attn.q_porj.lora_B.weight", f32([6, 2])],
      ]),
    );
    const [problem] = await validatePeel(memorySource(files({ "adapter.safetensors": typo })), {
      bases: [card],
    });
    expect(problem).toMatchObject({
      rule: "peel/target-unknown",
      hint: "The nearest target is blocks.0.attn.q_proj.",
    });
  });

  it("takes zero factors beside a trigger's embedding as a warning", async () => {
    const triggers = JSON.stringify({ ...manifest, triggers: [{ word: "x", embedding: true }] });
    const zero = adapterBytes({
      "blocks.0.attn.q_proj.lora_B.weight": f32([6, 2], 0),
      "trigger.x.embedding": f32([1, 3]),
    });
    expect(await codes(files({ "peel.json": utf8(triggers), "adapter.safetensors": zero }))).toEqual([
      "peel/zero-target",
    ]);
  });

  it("works without a package.json and ignores the order of its keys", async () => {
    const derived = {
      bananaPeel: { adapters: [{ range: "^1.0.0", family: "case" }], formatVersion: 1 },
      keywords: ["banana-peel"],
      ...Object.fromEntries(
        Object.entries(manifest).filter(([key]) =>
          ["license", "description", "version", "name"].includes(key),
        ),
      ),
    };
    expect(await codes(files({ "package.json": utf8(JSON.stringify(derived)) }))).toEqual([]);
    const keywords = utf8(JSON.stringify({ ...derived, keywords: ["banana-peel", "x"] }));
    expect(await codes(files({ "package.json": keywords }))).toEqual(["peel/package-json-differs"]);
  });
});

describe("limits", () => {
  it("refuses files that are too large for their kind", async () => {
    const found = await validatePeel(
      memorySource(
        files({
          "README.md": new Uint8Array(LIMITS.textBytes + 1).fill(0x61),
          "extra.json": new Uint8Array(LIMITS.manifestBytes + 1),
          "picture.png": new Uint8Array(LIMITS.previewBytes + 1),
          "model.sig": new Uint8Array(LIMITS.signatureBytes + 1),
          "signer.pem": utf8("x"),
        }),
      ),
    );
    expect(found.map(({ rule, where }) => `${rule} ${where}`).sort()).toEqual([
      "peel/file-too-large README.md",
      "peel/file-too-large extra.json",
      "peel/file-too-large model.sig",
      "peel/preview-too-large picture.png",
    ]);
  });

  it("refuses a manifest that is too large", async () => {
    const large = utf8(JSON.stringify(manifest).padEnd(LIMITS.manifestBytes + 1));
    expect(await codes(files({ "peel.json": large }))).toEqual(["peel/file-too-large"]);
  });

  it("refuses too many files", async () => {
    const many = Object.fromEntries(
      Array.from({ length: LIMITS.files }, (_, index) => [`${index}.md`, utf8("x")]),
    );
    expect(await codes(files(many))).toEqual(["peel/limits"]);
  });

  it("refuses too many bytes together", async () => {
    // Two views that claim more bytes than a peel may have, without holding them.
    const source = memorySource(files());
    const huge = { length: LIMITS.peelBytes } as Uint8Array;
    const claimed: PeelSource = {
      ...source,
      list: async () => [...(await source.list()), "x.safetensors", "y.safetensors"].sort(),
      read: async (path, limit) => (/^[xy]\./.test(path) ? huge : source.read(path, limit)),
    };
    expect((await codes(claimed)).sort()).toEqual(["peel/file-unused", "peel/file-unused", "peel/limits"]);
  });

  it("gives at most MAX_PROBLEMS for an adapter with very many wrong tensors, in bounded time", async () => {
    const empty = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`t${index}`, f32([0])]));
    const pairs = Object.fromEntries(
      Array.from({ length: 4_000 }, (_, index) => [
        `u${index >> 1}.lora_${index & 1 ? "A" : "B"}.weight`,
        f32([1, 1]),
      ]),
    );
    for (const changes of [empty, pairs]) {
      const found = await codes(files({ "adapter.safetensors": adapterBytes(changes) }));
      expect(found).toHaveLength(MAX_PROBLEMS);
    }
  });
});

describe("paths", () => {
  it("refuses every unsafe path once, without reading it", async () => {
    for (const path of [
      "../x.md",
      "/etc/x.md",
      "a/../x.md",
      ".x.md",
      "a b.md",
      "con.md",
      "a./x.md",
      "-x.md",
      "é.md",
      "a\\b.md",
    ])
      expect(await codes(files({ [path]: utf8("x") })), path).toEqual(["peel/path-unsafe"]);
  });

  it("refuses a path that a tarball can't hold", async () => {
    const long = `${"a".repeat(120)}.md`;
    expect(await codes(files({ [long]: utf8("x") }))).toEqual(["peel/path-unsafe"]);
    expect(await codes(files({ [`${"f".repeat(100)}/${"a".repeat(90)}.md`]: utf8("x") }))).toEqual([]);
  });

  it("refuses paths that differ in case only, also of folders", async () => {
    expect(await codes(files({ "readme.md": utf8("x") }))).toEqual(["peel/path-collision"]);
    expect(await codes(files({ "A/x.md": utf8("x"), "a/y.md": utf8("x") }))).toEqual(["peel/path-collision"]);
  });

  it.each([
    "peel.JSON",
    "Package.json",
    "Model.sig",
    "license",
    "node_modules/x/a.md",
    "a/package-lock.json",
    "x",
    ".md",
    "a.png.exe",
  ])("refuses the file %s", async (path) => {
    expect(await codes(files({ [path]: utf8("x") }))).not.toEqual([]);
  });
});

describe("a source that fails", () => {
  const failing = (error: unknown, where: "list" | "read"): PeelSource => ({
    ...memorySource(files()),
    [where]: async () => {
      throw error;
    },
  });

  it("turns what a listing refuses into a problem", async () => {
    expect(
      await codes(failing(new BananaError("PATH_INVALID", "expected a file, found a link"), "list")),
    ).toEqual(["peel/path-unsafe"]);
    expect(
      await codes(failing(new BananaError("FILE_TOO_LARGE", "expected fewer, found more"), "list")),
    ).toEqual(["peel/limits"]);
  });

  it("passes on what says nothing of the peel", async () => {
    for (const where of ["list", "read"] as const) {
      await expect(codes(failing(new Error("EIO"), where))).rejects.toThrow("EIO");
      await expect(codes(failing(new BananaError("FILE_MISSING", "gone"), where))).rejects.toThrow("gone");
    }
  });
});
