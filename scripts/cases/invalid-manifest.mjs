// Peels that must be refused for what peel.json is or says.
import { concat, f32, safetensors } from "./bytes.mjs";
import { adapterEntry, json, manifest, peel, tensors } from "./peel.mjs";

const text = json(manifest());
const withManifest = (changes) => peel({ "peel.json": json(manifest(changes)) });
const withAdapter = (changes) => withManifest({ adapters: [adapterEntry(changes)] });

export const invalidManifest = [
  ["manifest-missing", "There is no peel.json.", ["peel/manifest-missing"], peel({ "peel.json": undefined })],
  [
    "manifest-bom",
    "peel.json begins with a byte-order mark.",
    ["peel/manifest-json"],
    peel({ "peel.json": concat([0xef, 0xbb, 0xbf], text) }),
  ],
  [
    "manifest-utf16",
    "peel.json is UTF-16, not UTF-8.",
    ["peel/manifest-json"],
    peel({
      "peel.json": concat(
        [0xff, 0xfe],
        new Uint8Array(Uint16Array.from([...text], (char) => char.charCodeAt(0)).buffer),
      ),
    }),
  ],
  [
    "manifest-truncated",
    "peel.json ends in the middle.",
    ["peel/manifest-json"],
    peel({ "peel.json": text.slice(0, 90) }),
  ],
  [
    "manifest-duplicate-key",
    "name is there twice: programs differ in which they keep.",
    ["peel/manifest-json"],
    peel({ "peel.json": text.replace('"version"', '"name": "@cases/other",\n  "version"') }),
  ],
  [
    "manifest-duplicate-key-escaped",
    "name is there twice, once with an escape: the keys are equal after decoding.",
    ["peel/manifest-json"],
    peel({ "peel.json": text.replace('"version"', '"n\\u0061me": "@cases/other",\n  "version"') }),
  ],
  [
    "manifest-deep",
    "peel.json is nested deeper than the limit.",
    ["peel/manifest-json"],
    peel({ "peel.json": `${"[".repeat(65)}${"]".repeat(65)}` }),
  ],
  ["manifest-array", "peel.json is an array.", ["peel/schema"], peel({ "peel.json": `[${text}]` })],
  [
    "format-version-newer",
    "formatVersion 2 is of a newer program, and is said before the schema complains of its fields.",
    ["peel/format-version"],
    withManifest({ formatVersion: 2, somethingNew: true }),
  ],
  [
    "schema-unknown-property",
    "weights is not a property of peel.json.",
    ["peel/schema"],
    withManifest({ weights: 1 }),
  ],
  [
    "schema-proto",
    "__proto__ is a key like any other, and unknown.",
    ["peel/schema"],
    peel({ "peel.json": text.replace('"version"', '"__proto__": {},\n  "version"') }),
  ],
  [
    "dependency-tag",
    "A dependency is a range; latest is a dist-tag.",
    ["peel/relation-range-invalid"],
    withManifest({ dependencies: { "@cases/lines": "latest" } }),
  ],
  [
    "dependency-address",
    "A dependency is a range; an address would be fetched from anywhere.",
    ["peel/relation-range-invalid"],
    withManifest({ dependencies: { "@cases/lines": "https://example.com/lines.tgz" } }),
  ],
  [
    "dependency-itself",
    "A peel doesn't need itself.",
    ["peel/relation-to-itself"],
    withManifest({ dependencies: { "@cases/peel": "^1.0.0" } }),
  ],
  [
    "dependency-name-path",
    "A dependency's name is a peel's name, never a path.",
    ["peel/schema"],
    withManifest({ dependencies: { "@cases/../lines": "^1.0.0" } }),
  ],
  [
    "dependency-name-without-scope",
    "A dependency's name has its scope: what a bare name means depends on the reader.",
    ["peel/schema"],
    withManifest({ dependencies: { lines: "^1.0.0" } }),
  ],
  [
    "dependency-list",
    "dependencies maps names to ranges.",
    ["peel/schema"],
    withManifest({ dependencies: ["@cases/lines"] }),
  ],
  [
    "conflict-range",
    "A conflict is with a range of versions.",
    ["peel/relation-range-invalid"],
    withManifest({ conflicts: { "@cases/oil-paint": "before 2" } }),
  ],
  [
    "conflict-with-dependency",
    "A peel can't need a name and refuse it.",
    ["peel/relation-contradicts"],
    withManifest({ dependencies: { "@cases/lines": "^2.0.0" }, conflicts: { "@cases/lines": "<2.0.0" } }),
  ],
  ["roles-twice", "Each role is there once.", ["peel/schema"], withManifest({ roles: ["style", "style"] })],
  ["role-upper-case", "A role is a word in lower case.", ["peel/schema"], withManifest({ roles: ["Style"] })],
  [
    "package-json-hides-dependency",
    "package.json leaves out a dependency of peel.json: a resolver would believe that nothing else is needed.",
    ["peel/package-json-differs"],
    peel({
      "peel.json": json(manifest({ dependencies: { "@cases/lines": "^1.0.0" } })),
      "package.json": json({
        name: "@cases/peel",
        version: "1.0.0",
        description: "A conformance case.",
        license: "CC0-1.0",
        keywords: ["banana-peel"],
        bananaPeel: { formatVersion: 1, adapters: [{ family: "case", range: "^1.0.0" }] },
      }),
    }),
  ],
  [
    "name-device",
    "Windows has no folder aux: the peel could be installed on some systems only.",
    ["peel/name-reserved"],
    withManifest({ name: "@cases/aux" }),
  ],
  [
    "name-dot-at-end",
    "Windows takes the folder peel. for peel: two names would be one.",
    ["peel/name-reserved"],
    withManifest({ name: "@cases/peel." }),
  ],
  [
    "dependency-name-device",
    "A dependency's name is a folder as well.",
    ["peel/name-reserved"],
    withManifest({ dependencies: { "@con/lines": "^1.0.0" } }),
  ],
  ["schema-no-adapters", "A peel has at least one adapter.", ["peel/schema"], withManifest({ adapters: [] })],
  [
    "schema-name-without-scope",
    "A peel's name has a scope.",
    ["peel/schema"],
    withManifest({ name: "peel" }),
  ],
  [
    "schema-name-upper-case",
    "npm names are lower-case.",
    ["peel/schema"],
    withManifest({ name: "@cases/Peel" }),
  ],
  [
    "schema-name-homoglyph",
    "The a in the name is Cyrillic.",
    ["peel/schema"],
    withManifest({ name: "@c\u0430ses/peel" }),
  ],
  [
    "schema-path-outside",
    "An adapter's file may not lie outside the peel.",
    ["peel/schema"],
    withAdapter({ file: "../adapter.safetensors" }),
  ],
  ["schema-alpha-text", "alpha is a number.", ["peel/schema"], withAdapter({ alpha: "2" })],
  [
    "schema-alpha-infinite",
    "1e999 is larger than any alpha.",
    ["peel/schema"],
    peel({ "peel.json": text.replace('"alpha": 2', '"alpha": 1e999') }),
  ],
  [
    "version-leading-v",
    "A version has no leading v.",
    ["peel/version-not-semver"],
    withManifest({ version: "v1.0.0" }),
  ],
  [
    "version-build-metadata",
    "npm registries drop build metadata, so that two versions would become one.",
    ["peel/version-not-semver"],
    withManifest({ version: "1.0.0+linux" }),
  ],
  [
    "license-misspelt",
    "Apache 2.0 is no SPDX identifier; Apache-2.0 is.",
    ["peel/license-not-spdx"],
    withManifest({ license: "Apache 2.0" }),
  ],
  [
    "license-operator-lower-case",
    "SPDX's operators are in capitals.",
    ["peel/license-not-spdx"],
    withManifest({ license: "MIT or CC0-1.0" }),
  ],
  [
    "credit-without-words",
    "A credit's LicenseRef- is known to nobody without its words.",
    ["peel/license-words-missing"],
    withManifest({ credits: [{ title: "Data", author: "Someone", license: "LicenseRef-Theirs" }] }),
  ],
  [
    "range-invalid",
    "The range of base versions is not a semver range.",
    ["peel/base-unknown", "peel/range-invalid"],
    withAdapter({ base: { family: "case", range: "one or two" } }),
  ],
  [
    "adapters-ambiguous",
    "Two adapters fit the same base, and nothing says which to take.",
    ["peel/adapters-ambiguous"],
    peel({
      "peel.json": json(
        manifest({
          adapters: [
            adapterEntry(),
            adapterEntry({ file: "second.safetensors", base: { family: "case", range: ">=1.1.0" } }),
          ],
        }),
      ),
      "second.safetensors": safetensors(tensors()),
    }),
  ],
  [
    "weight-outside-range",
    "The default weight is larger than max.",
    ["peel/weight-range"],
    withAdapter({ weight: { default: 2, max: 1.5 } }),
  ],
  [
    "weight-zero",
    "A default weight of 0 changes nothing.",
    ["peel/weight-range"],
    withAdapter({ weight: { default: 0 } }),
  ],
  [
    "merge-aware-without-scheme",
    "A merge-aware adapter says which grid it was trained for.",
    ["peel/training-scheme"],
    withAdapter({ training: { method: "merge-aware" } }),
  ],
  [
    "trigger-duplicate",
    "Two triggers have the same word.",
    ["peel/trigger-duplicate"],
    withManifest({ triggers: [{ word: "mark" }, { word: "mark" }] }),
  ],
  [
    "trigger-embedding-missing",
    "The trigger says that the adapter holds its embedding, but it doesn't.",
    ["peel/trigger-embedding-missing"],
    withManifest({ triggers: [{ word: "mark", embedding: true }] }),
  ],
  [
    "trigger-embedding-unlisted",
    "The adapter holds an embedding that no trigger asks for.",
    ["peel/trigger-embedding-unlisted"],
    peel({
      "adapter.safetensors": safetensors({
        ...tensors(),
        "trigger.mark.embedding": ["F32", [1, 3], f32([1, 2, 3])],
      }),
    }),
  ],
];
