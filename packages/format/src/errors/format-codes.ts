/** Codes of the format itself: names, JSON, safetensors, layout, manifests. */
export const formatCodes = {
  NAME_INVALID: {
    title: "The name is not a peel's name.",
    explanation:
      "A peel's name is an npm package name with a scope, in lower case: @scope/name. Without a scope, @peels is meant.",
    exit: 2,
  },
  PATH_INVALID: {
    title: "A path in the package is not allowed.",
    explanation:
      "Paths in a peel are relative POSIX paths of plain characters, without . or .. parts, so that they mean the same file on every system and never one outside the peel.",
    exit: 3,
  },
  FILE_MISSING: {
    title: "A file is missing.",
    explanation: "A file that the manifest, the base card or the command names is not there.",
    exit: 3,
  },
  FILE_TOO_LARGE: {
    title: "A file is larger than the format allows.",
    explanation: "Every file that is read has a limit, named in docs/specification/peel.md, Limits.",
    exit: 3,
  },
  JSON_INVALID: {
    title: "A file is not valid JSON.",
    explanation:
      "The file has a syntax error, or a key appears twice in one object. Programs differ in which of two equal keys they keep, so both are refused.",
    exit: 3,
  },
  SCHEMA_INVALID: {
    title: "A file does not follow its schema.",
    explanation: "A value is missing, unknown, or of another kind than the schema in schemas/ asks for.",
    exit: 3,
  },
  FORMAT_VERSION_UNKNOWN: {
    title: "The file is of a version of the format that this program doesn't know.",
    explanation: "It was made by a newer program. Update banana-peel, or ask for the older form.",
    exit: 3,
  },
  SAFETENSORS_INVALID: {
    title: "A safetensors file is broken.",
    explanation:
      "The header, an offset or a size doesn't follow the safetensors format: the header's length, JSON with unique keys, offsets contiguous from 0 to the end of the file, byte lengths that match shape and type.",
    exit: 3,
  },
  ADAPTER_INVALID: {
    title: "The adapter's tensors are not a canonical adapter.",
    explanation:
      "Each target needs <module path>.lora_A.weight [r,K] and .lora_B.weight [N,r] of the same rank r >= 1; a trigger's embedding is trigger.<word>.embedding [rows,width]. Other tensors are refused.",
    exit: 3,
  },
  PEEL_INVALID: {
    title: "The peel breaks the specification.",
    explanation: "The validator found one or more problems; each is listed with its rule and its mend.",
    exit: 3,
  },
} as const;
