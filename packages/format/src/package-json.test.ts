import { describe, expect, it } from "vitest";
import type { PeelManifest } from "./generated/peel.js";
import { derivePackageJson, packageJsonBytes } from "./package-json.js";

const manifest: PeelManifest = {
  formatVersion: 1,
  name: "@peels/x-ray",
  version: "1.2.3",
  description: "Draws bones.",
  license: "CC-BY-4.0",
  adapters: [{ file: "adapter.safetensors", base: { family: "nano", range: "^1.0.0" }, rank: 8, alpha: 8 }],
};

describe("derivePackageJson", () => {
  it("says what the manifest says, in a fixed order, and nothing else", () => {
    expect(new TextDecoder().decode(packageJsonBytes(manifest))).toBe(`{
  "name": "@peels/x-ray",
  "version": "1.2.3",
  "description": "Draws bones.",
  "license": "CC-BY-4.0",
  "keywords": [
    "banana-peel"
  ],
  "bananaPeel": {
    "formatVersion": 1,
    "adapters": [
      {
        "family": "nano",
        "range": "^1.0.0"
      }
    ]
  }
}
`);
  });

  it("says which peels it needs, which it refuses, and its roles; nothing of empty ones", () => {
    const dependencies = { "@peels/bones": "^1.0.0" };
    const conflicts = { "@peels/oil-paint": "*" };
    expect(derivePackageJson({ ...manifest, dependencies, conflicts, roles: ["style"] })).toMatchObject({
      bananaPeel: { dependencies, conflicts, roles: ["style"] },
    });
    expect(derivePackageJson({ ...manifest, dependencies, roles: [] })).not.toHaveProperty("dependencies");
    expect(derivePackageJson({ ...manifest, dependencies: {}, conflicts: {}, roles: [] })).toEqual(
      derivePackageJson(manifest),
    );
  });

  it("gives the first author and the others, title, keywords once, digests", () => {
    const digest = `sha256:${"0".repeat(64)}`;
    const derived = derivePackageJson({
      ...manifest,
      title: "X-ray",
      keywords: ["bones", "banana-peel"],
      authors: [
        { name: "Ada", email: "a@example.com" },
        { name: "Grace", url: "https://example.com" },
      ],
      adapters: [
        { ...manifest.adapters[0]!, base: { family: "nano", range: "^1.0.0", digest } },
        { ...manifest.adapters[0]!, base: { family: "other", range: "2.x" } },
      ],
    });
    expect(derived).toMatchObject({
      keywords: ["banana-peel", "bones"],
      author: { name: "Ada", email: "a@example.com" },
      contributors: [{ name: "Grace", url: "https://example.com" }],
      bananaPeel: {
        title: "X-ray",
        adapters: [
          { family: "nano", range: "^1.0.0", digest },
          { family: "other", range: "2.x" },
        ],
      },
    });
  });

  it("gives the same bytes whatever the order of the manifest's keys", () => {
    const reversed = Object.fromEntries(Object.entries(manifest).reverse()) as unknown as PeelManifest;
    expect(packageJsonBytes(reversed)).toEqual(packageJsonBytes(manifest));
  });

  it("has no field that npm acts on", () => {
    const fields = Object.keys(derivePackageJson({ ...manifest, scripts: { install: "x" } } as never));
    expect(fields).toEqual(["name", "version", "description", "license", "keywords", "bananaPeel"]);
  });
});
