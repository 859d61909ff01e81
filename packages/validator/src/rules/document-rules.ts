/** Rules of the JSON files as documents: syntax, version, schema. */
export const documentRules = {
  "peel/schema": {
    title: "peel.json does not follow its schema.",
    explanation: "A value is missing, unknown, or of another kind than schemas/peel.schema.json asks for.",
    severity: "error",
    section: "peel.md#peeljson",
  },
  "base/schema": {
    title: "base.json does not follow its schema.",
    explanation: "A value is missing, unknown, or of another kind than schemas/base.schema.json asks for.",
    severity: "error",
    section: "base.md#basejson",
  },
  "project/schema": {
    title: "banana.json does not follow its schema.",
    explanation: "A value is missing, unknown, or of another kind than schemas/project.schema.json asks for.",
    severity: "error",
    section: "lock.md#bananajson",
  },
  "project/name-reserved": {
    title: "A name in banana.json can't be a folder on every system.",
    explanation: "The same names are refused as in peel.json: peel/name-reserved says which.",
    severity: "error",
    section: "lock.md#bananajson",
  },
  "project/range-invalid": {
    title: "A range in banana.json is not one.",
    explanation:
      "What peels asks for is a semver range or a dist-tag of the registry; what overrides says is a semver range.",
    severity: "error",
    section: "lock.md#bananajson",
  },
  "lock/schema": {
    title: "banana.lock does not follow its schema.",
    explanation: "A value is missing, unknown, or of another kind than schemas/lock.schema.json asks for.",
    severity: "error",
    section: "lock.md#bananalock",
  },
  "lock/version-not-semver": {
    title: "A version in banana.lock is not a semantic version.",
    explanation: "The lockfile names exact versions. Let banana-peel install write it.",
    severity: "error",
    section: "lock.md#bananalock",
  },
  "lock/name-reserved": {
    title: "A name in banana.lock can't be a folder on every system.",
    explanation: "The same names are refused as in peel.json: peel/name-reserved says which.",
    severity: "error",
    section: "lock.md#bananalock",
  },
  "lock/registry-invalid": {
    title: "A registry in banana.lock is no address.",
    explanation: "It begins with https:// or http://, and has neither user name nor password.",
    severity: "error",
    section: "lock.md#bananalock",
  },
  "peel/manifest-missing": {
    title: "The peel has no peel.json.",
    explanation:
      "peel.json says what the peel is and which bases it fits; without it a folder is not a peel.",
    severity: "error",
    section: "peel.md#layout",
  },
  "peel/manifest-json": {
    title: "peel.json is not valid JSON.",
    explanation:
      "It must be UTF-8 JSON without a byte-order mark and with each key once in an object: programs differ in which of two equal keys they keep.",
    severity: "error",
    section: "README.md#json",
  },
  "peel/format-version": {
    title: "The peel is of a version of the format that this program doesn't know.",
    explanation: "It was made for a newer program. Nothing else of it can be judged.",
    severity: "error",
    section: "peel.md#versions-of-the-format",
  },
} as const;
