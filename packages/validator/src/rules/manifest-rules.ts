/** Rules of what peel.json says, beyond its schema, and of the previews that it names. */
export const manifestRules = {
  "peel/version-not-semver": {
    title: "The version is not a semantic version.",
    explanation:
      "Versions follow semver.org 2.0.0, without a leading v and without build metadata (+...), which npm registries drop.",
    severity: "error",
    section: "peel.md#names-and-versions",
  },
  "peel/name-reserved": {
    title: "A name can't be a folder on every system.",
    explanation:
      "A peel lies in a folder of its name: no part of it ends with a dot, is a device of Windows (con, nul, lpt1), or a name that npm keeps for itself (node_modules, favicon.ico).",
    severity: "error",
    section: "peel.md#names-and-versions",
  },
  "peel/license-not-spdx": {
    title: "A licence is not an SPDX expression.",
    explanation:
      "Programs that check licences read SPDX: identifiers of spdx.org/licenses joined by AND, OR and WITH, or LicenseRef- and a name for a licence that isn't there. The message names what was probably meant.",
    severity: "error",
    section: "peel.md#licences",
  },
  "peel/license-words-missing": {
    title: "A credit names a licence of its own and lacks its words.",
    explanation: "LicenseRef- means a licence that SPDX doesn't list; notice says what it asks for.",
    severity: "error",
    section: "peel.md#licences",
  },
  "peel/range-invalid": {
    title: "The range of base versions is not a semver range.",
    explanation: "adapters[].base.range is a range as npm's semver reads it, for example ^1.0.0.",
    severity: "error",
    section: "peel.md#bases",
  },
  "peel/adapters-ambiguous": {
    title: "Two adapters fit the same base.",
    explanation:
      "A resolver must be able to pick one: adapters of one family have ranges without a common version, or different digests.",
    severity: "error",
    section: "peel.md#bases",
  },
  "peel/weight-range": {
    title: "The recommended weights contradict each other.",
    explanation:
      "default lies between min and max, min below max, and default is not 0: the peel would change nothing.",
    severity: "error",
    section: "peel.md#weights",
  },
  "peel/training-scheme": {
    title: "A merge-aware adapter doesn't say for which scheme it was trained.",
    explanation: "A merge-aware adapter was trained against one base grid; training.scheme names it.",
    severity: "error",
    section: "peel.md#training",
  },
  "peel/trigger-duplicate": {
    title: "Two triggers have the same word.",
    explanation: "A word in a prompt calls on one trigger.",
    severity: "error",
    section: "peel.md#triggers",
  },
  "peel/relation-range-invalid": {
    title: "A range of dependencies or conflicts is not a semver range.",
    explanation:
      "It is a range as npm's semver reads it, for example ^1.0.0. A dist-tag means another version every day, so that a signed manifest can't hold one.",
    severity: "error",
    section: "peel.md#other-peels",
  },
  "peel/relation-to-itself": {
    title: "The peel names itself in dependencies or conflicts.",
    explanation: "Both are about other peels: of one peel, a project has one version.",
    severity: "error",
    section: "peel.md#other-peels",
  },
  "peel/relation-contradicts": {
    title: "A name is in dependencies and in conflicts.",
    explanation: "What is needed in some versions only is said by the range in dependencies.",
    severity: "error",
    section: "peel.md#other-peels",
  },
  "peel/preview-missing": {
    title: "A preview's file is missing.",
    explanation: "Every file that previews names is in the package.",
    severity: "error",
    section: "peel.md#previews",
  },
  "peel/preview-not-png": {
    title: "A picture is not a well-formed PNG.",
    explanation:
      "The PNG signature, an IHDR chunk with sizes within the limits, image data, chunks that lie within the file, and nothing after IEND.",
    severity: "error",
    section: "peel.md#previews",
  },
  "peel/preview-too-large": {
    title: "A picture is larger than the format allows.",
    explanation:
      "Previews are shown in lists; a small picture serves everyone. Sizes in bytes and in pixels have limits.",
    severity: "error",
    section: "peel.md#limits",
  },
} as const;
