import type { NewInitializer, NewNode } from "@banana-peel/onnx";
import type { Plan } from "../plan/types.js";

/** A place in a file of merged weights. */
export interface StoredPlace {
  /** Path of the file in the set's folder. */
  readonly file: string;
  /** Bytes from its start. */
  readonly offset: number;
  readonly length: number;
}

/** What a merged set changes in one graph; plain data. */
export interface StoredGraph {
  /** New elements by initializer. */
  readonly elements: Readonly<Record<string, StoredPlace>>;
  /** Initializers of promoted targets. */
  readonly initializers: readonly (Omit<NewInitializer, "bytes"> & { readonly place: StoredPlace })[];
  /** Nodes of promoted targets, by index. */
  readonly replacedNodes: readonly (readonly [index: number, node: NewNode])[];
  readonly removedInitializers: readonly string[];
}

/** What is kept of a merged set beside the bytes of its weights. */
export interface StoredSet {
  readonly plan: Plan;
  /** By name of the graph. */
  readonly graphs: Readonly<Record<string, StoredGraph>>;
}

/** A merged set in a folder from which onnxruntime maps it. */
export interface CachedSet extends StoredSet {
  /** Holds the files of merged weights beside the base's files of external data. */
  readonly folder: string;
}

/** What a set was made of, for people. */
export interface SetContent {
  readonly base: { readonly family: string; readonly version: string };
  readonly peels: readonly { readonly name: string; readonly version: string; readonly weight: number }[];
}

/** What a cache needs to make a set. */
export interface SetToMake {
  readonly content: SetContent;
  /** Folder of the base, and its files of external data that the set's graphs read too. */
  readonly base: string;
  readonly externalData: readonly string[];
  /**
   * Writes the merged weights; gives what is to be kept beside them, or undefined where there are none: then nothing
   * is kept.
   * @param create makes an empty file for the weights of the target of that index in the card
   */
  write(create: (target: number) => Promise<MergedFile>): Promise<StoredSet | undefined>;
}

/** A file of merged weights while it is being made. */
export interface MergedFile {
  /** Path in the set's folder. */
  readonly name: string;
  /** Path on this machine. */
  readonly path: string;
  /** Writes bytes at a place; what lies before it reads as zeros until it is written. */
  put(offset: number, bytes: Uint8Array): Promise<void>;
}

/**
 * Keeps merged sets by content. Contract: a set that `get` gives is whole, its bytes are those that `write` wrote;
 * one that isn't is removed and not given. `make` leaves a whole set or nothing, whatever ends it. Many processes
 * may use one cache.
 */
export interface MergedCache {
  /** Weights that peels must change for a set to be kept: merging fewer is quicker than opening what was kept. */
  readonly leastWeights: number;
  /** @param base folder of the base, whose untouched weights the set shares */
  get(key: string, base: string, signal?: AbortSignal): Promise<CachedSet | undefined>;
  /**
   * @returns undefined when there was nothing to keep
   * @throws BananaError DISK_FULL, TARGET_READ_ONLY; what `write` throws
   */
  make(key: string, set: SetToMake, signal?: AbortSignal): Promise<CachedSet | undefined>;
  /** Resolves when nothing of this cache is under way in the background. */
  settled(): Promise<void>;
}
