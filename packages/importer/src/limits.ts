import { LIMITS as FORMAT } from "@banana-peel/format";

/** Limits of what the importer reads and makes, each with its unit and its reason. */
export const IMPORT_LIMITS = {
  /** Bytes of a LoRA's safetensors file; the largest buffer that every host can hold (CWE-770). */
  weightsBytes: 2 * 1024 ** 3,
  /** Bytes of adapter_config.json; PEFT writes a few kilobytes. */
  configBytes: 1024 * 1024,
  /** Rank of one target; the format's limit. */
  rank: FORMAT.rank,
  /** Entries of rank_pattern and of alpha_pattern, each matched against every module (CWE-400). */
  patterns: 10_000,
  /** Characters of one such pattern. */
  patternLength: 1024,
  /** Elements of a weight that is written out to be approximated: 16,384 x 16,384, 2 GiB of float64. */
  denseElements: 2 ** 28,
  /** Modules for which the nearest target is looked up; the search is quadratic. */
  nearest: 100,
} as const;
