import type { FormData, FormSpec, Plane } from "@banana-peel/onnx";
import type { Moments } from "../moments/types.js";
import type { MergedTarget } from "../plan/merge-target.js";
import type { UpdatePart } from "../plan/updates.js";

/** An update of a plane, and how sums are put on its grid. Plain data: it travels to workers. */
export interface FoldTask {
  readonly plane: Plane;
  readonly rank: number;
  /** Factors of the update in float64, [rows][rank] and [columns][rank]: u(i, j) = sum over r of left * right. */
  readonly left: Float64Array;
  readonly right: Float64Array;
  /** The seed of dither; undefined rounds to nearest. */
  readonly seed: { readonly low: number; readonly high: number } | undefined;
}

/** A place in a file of this machine, for hosts whose workers read files. */
export interface FilePart {
  readonly path: string;
  /** Bytes from the start of the file. */
  readonly offset: number;
}

/** Whole rows of a task. */
export interface FoldWork {
  /** First row. */
  readonly first: number;
  readonly rows: number;
  /** The stored bytes of these rows, or where row 0 of the plane starts in a file. */
  readonly input: Uint8Array | FilePart;
  /** Where row 0 of the plane goes in a file; undefined gives the bytes back. */
  readonly output: FilePart | undefined;
  /** Also sum up how the applied change matches the update. */
  readonly measure: boolean;
}

/** <u, u>, <applied, u> and ||applied - u||^2. */
export interface Sums {
  readonly intended: number;
  readonly product: number;
  readonly rest: number;
}

/** What came of a FoldWork. */
export interface Folded {
  /** The rows' new bytes; empty when they went to a file, or when only sums were asked for. */
  readonly bytes: Uint8Array;
  /** Whether any stored value is another one. */
  readonly changed: boolean;
  readonly sums: Sums | undefined;
}

/** A weight, and the parts that calibrated rounding merges into it. Plain data: it travels to workers. */
export interface CalibrateTask {
  readonly spec: FormSpec;
  readonly data: FormData;
  /** Of the target, for errors. */
  readonly path: string;
  readonly parts: readonly UpdatePart[];
  /** Of the target's input. */
  readonly moments: Moments;
}

/**
 * Does the arithmetic of merges. Every engine gives the same bytes, those of docs/specification/base.md, Merging.
 * Contract: works of one task may run in any order and at the same time.
 */
export interface MergeEngine {
  /** True when inputs and outputs may be files. */
  readonly files: boolean;
  /** Workers among which it divides tasks; of those that write files each has a task of its own. */
  readonly threads?: number;
  /** @throws the signal's reason; what reading or writing a file throws */
  fold(task: FoldTask, works: readonly FoldWork[], options?: FoldOptions): Promise<Folded[]>;
  /**
   * Merges a whole weight by calibrated rounding.
   * @throws BananaError as openForm; the signal's reason, at once
   */
  calibrate(task: CalibrateTask, signal?: AbortSignal): Promise<MergedTarget>;
  /** Lets go of workers and memory; the engine can be used again. */
  release(): void;
}

/** Options of MergeEngine.fold. */
export interface FoldOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called with the number of elements after each work. */
  readonly onProgress?: ((elements: number) => void) | undefined;
}
