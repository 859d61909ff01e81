/** Rules of what base.json says, beyond its schema. */
export const cardRules = {
  "base/version-not-semver": {
    title: "The base's version is not a semantic version.",
    explanation: "Versions follow semver.org 2.0.0, without a leading v and without build metadata.",
    severity: "error",
    section: "base.md#basejson",
  },
  "base/license-not-spdx": {
    title: "The base's licence is not an SPDX expression.",
    explanation:
      "Identifiers of spdx.org/licenses joined by AND, OR and WITH, or LicenseRef- and a name for a licence that isn't there.",
    severity: "error",
    section: "base.md#basejson",
  },
  "base/file-duplicate": {
    title: "A file is on the list twice.",
    explanation: "Each file of the base is listed once, also when upper and lower case are not told apart.",
    severity: "error",
    section: "base.md#files-and-digest",
  },
  "base/file-unlisted": {
    title: "A file that the card uses is not on its list.",
    explanation: "Models, external data, vocabulary and embedding are all on the list, with size and digest.",
    severity: "error",
    section: "base.md#files-and-digest",
  },
  "base/graph-unknown": {
    title: "A graph that the card uses is not among its graphs.",
    explanation: "The graph of every target, and the backbone and the decoder, are names in graphs.",
    severity: "error",
    section: "base.md#graphs",
  },
  "base/target-duplicate": {
    title: "Two targets have the same module path.",
    explanation: "An adapter finds a target by its path.",
    severity: "error",
    section: "base.md#targets",
  },
  "base/kernel": {
    title: "A target's kernel doesn't fit its operator.",
    explanation:
      "Convolutions say the sizes of their kernel and their groups, other operators don't; k is a multiple of the kernel's positions, n of the groups.",
    severity: "error",
    section: "base.md#targets",
  },
  "base/scheme": {
    title: "A target's scheme contradicts itself.",
    explanation:
      "The operator, the bits and the granularity belong to the form, the layout to the operator; min is below max and both can be stored (-128 to 127 for signed 8 bits, 0 to 15 for unsigned 4); granularity channel has an axis, block has the axis of K (of a table either) and a blockSize, tensor has neither; the form float has no scale and no range.",
    severity: "error",
    section: "base.md#schemes",
  },
  "base/sampler": {
    title: "The image section's sampler contradicts itself.",
    explanation:
      "A schedule has as many times as its name says, descending; defaultSteps names a schedule; guidance's default lies between min and max.",
    severity: "error",
    section: "base.md#sampler",
  },
} as const;
