/** Limits of everything that is read, each with its unit and its reason. Specification: docs/specification/peel.md, Limits. */
export const LIMITS = {
  /** Bytes of a JSON file (peel.json, base.json, banana.json, banana.lock); a card of 100,000 targets fits. */
  jsonBytes: 64 * 1024 * 1024,
  /** Bytes of peel.json; it is read before anything is verified. */
  manifestBytes: 1024 * 1024,
  /** Levels of nesting in JSON, against stack exhaustion (CWE-674). */
  jsonDepth: 64,
  /** Files in a peel. */
  files: 1000,
  /** Bytes of all files of a peel together, unpacked (CWE-409). */
  peelBytes: 4 * 1024 ** 3,
  /** Bytes of one preview picture. */
  previewBytes: 1024 * 1024,
  /** Pixels of a preview's width and of its height, against pictures that unpack to gigabytes (CWE-409). */
  previewSide: 8192,
  /** Bytes of README.md, LICENSE, NOTICE. */
  textBytes: 1024 * 1024,
  /** Bytes of model.sig and signer.pem. */
  signatureBytes: 4 * 1024 * 1024,
  /** Bytes of a safetensors header; the format's own limit. */
  safetensorsHeaderBytes: 100_000_000,
  /** Tensors in an adapter. */
  adapterTensors: 200_000,
  /** Rank of one target; the schema's maximum. */
  rank: 1024,
} as const;
