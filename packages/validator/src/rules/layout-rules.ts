/** Rules of the files in a package: what may be there, under which names, how large. */
export const layoutRules = {
  "peel/path-unsafe": {
    title: "A path in the package is not allowed.",
    explanation:
      "A path must mean the same file on every system and never one outside the peel: ASCII letters, digits, '.', '_' and '-', parts joined by '/', no part that begins with '.' or '-' or ends with '.', no device name of Windows, no link.",
    severity: "error",
    section: "peel.md#paths",
  },
  "peel/path-collision": {
    title: "Two paths differ only in upper and lower case.",
    explanation: "macOS and Windows would unpack one over the other.",
    severity: "error",
    section: "peel.md#paths",
  },
  "peel/file-not-allowed": {
    title: "A file of this kind may not be in a peel.",
    explanation:
      "A peel holds data, never code: safetensors, PNG, JSON, Markdown and text files only, and none that npm acts on (npm-shrinkwrap.json, package-lock.json, a nested package.json, node_modules).",
    severity: "error",
    section: "peel.md#files",
  },
  "peel/file-too-large": {
    title: "A file is larger than the format allows.",
    explanation: "Every file has a limit, so that a program can read a peel with bounded memory.",
    severity: "error",
    section: "peel.md#limits",
  },
  "peel/limits": {
    title: "The peel has too many files, or is too large unpacked.",
    explanation: "The number of files and the bytes of all together have limits.",
    severity: "error",
    section: "peel.md#limits",
  },
  "peel/file-unused": {
    title: "An adapter file is not named in peel.json.",
    explanation: "It makes every download larger and nothing uses it.",
    severity: "warning",
    section: "peel.md#files",
  },
  "peel/readme-missing": {
    title: "The peel has no README.md.",
    explanation: "README.md says what the peel does and what it is not for. It must not be empty.",
    severity: "error",
    section: "peel.md#layout",
  },
  "peel/license-missing": {
    title: "The peel has no LICENSE.",
    explanation: "The licence's text travels with the files. It must not be empty.",
    severity: "error",
    section: "peel.md#layout",
  },
  "peel/text-encoding": {
    title: "A text file is not UTF-8.",
    explanation: "Markdown and text files are shown to people and must be readable everywhere.",
    severity: "error",
    section: "peel.md#files",
  },
  "peel/signature-partial": {
    title: "Only one of model.sig and signer.pem is there.",
    explanation: "The signature and the signer's public key travel together, or both are still to be made.",
    severity: "error",
    section: "signing.md#files",
  },
  "peel/package-json-invalid": {
    title: "package.json is not a JSON object.",
    explanation: "npm reads it. Leave it away: packing derives it from peel.json.",
    severity: "error",
    section: "peel.md#packagejson",
  },
  "peel/package-json-scripts": {
    title: "package.json has a field that makes a package manager run or install something.",
    explanation:
      "A peel holds data, never code. scripts, bin, main, exports, dependencies, gypfile and their like are refused.",
    severity: "error",
    section: "peel.md#packagejson",
  },
  "peel/name-mismatch": {
    title: "package.json and peel.json name different packages.",
    explanation:
      "A registry goes by package.json, a host by peel.json; the two must agree on name and version.",
    severity: "error",
    section: "peel.md#packagejson",
  },
  "peel/package-json-differs": {
    title: "package.json is not the one that peel.json gives.",
    explanation:
      "Every field of package.json is derived from peel.json, so that a registry's metadata can't tell another story than the signed manifest.",
    severity: "error",
    section: "peel.md#packagejson",
  },
} as const;
