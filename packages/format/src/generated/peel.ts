// Generated from schemas/ by `npm run generate`. Do not edit.

/**
 * npm package name with its scope: @scope/name.
 */
export type PeelName = string;
/**
 * A tag or a trigger word: lower-case letters and digits, words joined by a hyphen.
 */
export type Word = string;

/**
 * peel.json, the manifest of a peel. Specification: docs/specification/peel.md.
 */
export interface PeelManifest {
  /**
   * Ignored; lets an editor find this schema.
   */
  $schema?: string;
  /**
   * Version of the peel format. This document describes 1.
   */
  formatVersion: 1;
  name: PeelName;
  /**
   * Semantic version (semver.org 2.0.0) of the peel, without a leading v.
   */
  version: string;
  /**
   * Name shown to people.
   */
  title?: string;
  /**
   * What the peel changes, in plain text.
   */
  description: string;
  /**
   * SPDX licence expression of the peel's files.
   */
  license: string;
  /**
   * Words for search.
   *
   * @maxItems 50
   */
  keywords?: string[];
  /**
   * Who made the peel.
   *
   * @maxItems 50
   */
  authors?: Person[];
  /**
   * Data and works that the peel was made from, with their licences.
   *
   * @maxItems 200
   */
  credits?: Credit[];
  /**
   * What a user must be told before using the peel, shown by every tool that adds it.
   */
  notice?: string;
  /**
   * One adapter file for each base the peel fits.
   *
   * @minItems 1
   * @maxItems 32
   */
  adapters: Adapter[];
  /**
   * Words in a prompt that call on the peel.
   *
   * @maxItems 64
   */
  triggers?: Trigger[];
  /**
   * Pictures of what the peel does.
   *
   * @maxItems 32
   */
  previews?: Preview[];
  /**
   * Peels that this one needs: name to semver range. They are added with it, for the same bases.
   */
  dependencies?: {
    [k: string]: string;
  };
  conflicts?: PeelRanges;
  /**
   * Exclusive roles, such as style: of the peels in force together, one at most may hold each.
   *
   * @maxItems 16
   */
  roles?: Word[];
}
export interface Person {
  name: string;
  email?: string;
  url?: string;
}
export interface Credit {
  title: string;
  author?: string;
  /**
   * SPDX expression, or LicenseRef- with the words in notice.
   */
  license: string;
  url?: string;
  notice?: string;
}
export interface Adapter {
  /**
   * The adapter's safetensors file, in canonical names.
   */
  file: string;
  /**
   * The bases that this adapter was made for.
   */
  base: {
    /**
     * Family of the base, as in its base card.
     */
    family: string;
    /**
     * semver range of the base's version.
     */
    range: string;
    /**
     * Digest of the one base whose exact weights the adapter needs.
     */
    digest?: string;
  };
  /**
   * Largest rank of the adapter's targets.
   */
  rank: number;
  /**
   * Scale of the update: delta W = alpha / r * B A, with r the target's own rank.
   */
  alpha: number;
  /**
   * How the adapter was trained, which decides how it may be applied.
   */
  training?: {
    /**
     * plain: made to be attached; merge-aware: its forward pass rounded W + delta to the base's grid.
     */
    method: "plain" | "merge-aware";
    /**
     * The scheme that a merge-aware adapter was trained for.
     */
    scheme?: "int4" | "int8";
  };
  /**
   * Recommended weights of the peel (1 is as trained).
   */
  weight?: {
    default: number;
    min?: number;
    max?: number;
  };
}
export interface Trigger {
  word: Word;
  description?: string;
  /**
   * true: the adapter carries the tensor trigger.<word>.embedding, which the host puts into the prompt.
   */
  embedding?: boolean;
}
export interface Preview {
  /**
   * A PNG of at most 1,048,576 bytes.
   */
  file: string;
  /**
   * What the picture shows, for people who can't see it.
   */
  alt: string;
  prompt?: string;
  seed?: number;
  steps?: number;
  weight?: number;
}
/**
 * Peels that can't be in a project beside this one: name to semver range of their versions.
 */
export interface PeelRanges {
  [k: string]: string;
}
