import type { BaseCard } from "@banana-peel/format";
import type { MergedCache } from "../cache/types.js";
import type { MergeEngine } from "../merge/types.js";
import type { Feeds, Ort, SessionOptions } from "../ort.js";
import type { PeelChoice, PeelUse } from "../peel/types.js";
import type { Plan, PlanOptions } from "../plan/types.js";
import type { Watch } from "../plan/watch.js";
import type { OnProgress } from "../progress.js";

/** Where the files of a base come from. Paths are those of the card: POSIX, relative to the base. */
export interface BaseFiles {
  /**
   * All bytes of a file. Called again whenever a session is made: an app for which reading is dear keeps them.
   * Rejects when there is no such file.
   */
  readFile(path: string, signal?: AbortSignal): Promise<Uint8Array>;
  /** Size and SHA-256 (lower-case hexadecimal) of a file, for platforms that can stream it. */
  digestFile?(path: string, signal?: AbortSignal): Promise<{ bytes: number; sha256: string }>;
  /** `length` bytes from `offset` of a file, for platforms that can read a part. */
  readRange?(path: string, offset: number, length: number, signal?: AbortSignal): Promise<Uint8Array>;
  /** Folder that holds the files, where onnxruntime can open them itself; the weights are then mapped, not copied. */
  readonly folder?: string;
}

/** What openBase needs. */
export interface OpenBaseOptions extends BaseFiles {
  /** The base card, as parsed from base.json. */
  readonly card: BaseCard;
  readonly ort: Ort;
  /** Given to every session; `externalData` is the runtime's own and ignored here. */
  readonly sessionOptions?: SessionOptions;
  /**
   * true: the session with branches runs the base too, at rank 0, so that there is one copy of the weights in memory
   * whatever is attached. Costs a few kernels a target where nothing is attached: next to nothing at widths of 1,024 and
   * more. Default false: the base's own graph runs while nothing is attached.
   */
  readonly oneSession?: boolean;
  /**
   * true: branches are of ONNX's operators alone, for a build of onnxruntime that may lack its own ones. Default false: wide
   * layers have FusedConv (com.microsoft) where the session options name no execution provider beside `cpu` and `wasm`.
   */
  readonly onnxOperatorsOnly?: boolean;
  /** Does the arithmetic of merges; by default workers where they start, else the page's own thread. */
  readonly engine?: MergeEngine;
  /** Keeps merged sets for the next time; only for a base in a folder. Small sets are merged anew, that is quicker. */
  readonly cache?: MergedCache;
  readonly signal?: AbortSignal;
  /** Told of each file that is checked and each graph that is read. */
  readonly onProgress?: OnProgress;
  /** Milliseconds of a monotonic clock, for the report; performance.now by default. */
  readonly now?: () => number;
}

/** How setPeels applies peels. */
export interface SetPeelsOptions extends PlanOptions {
  /** A plan that was made for these very uses on this base; without one, setPeels plans by itself. */
  readonly plan?: Plan;
  /**
   * true: where weights must be merged anew, the peels are attached at once, which is exact, and merged behind that; the
   * merged weights come into force by themselves (`base.merged`). Kept ones are used at once, and so are merge-aware
   * peels merged at once, which mustn't be attached. `signal` and `onProgress` are the merge's too. Default false.
   */
  readonly attachFirst?: boolean;
  /** true: also release the base's and the attach sessions that the new state doesn't need. Default false: they stay warm. */
  readonly releaseIdle?: boolean;
}

/** Elements of a tensor; float16 as bits. */
export type FeedData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** What an input is fed: a tensor of the app's onnxruntime, or elements with their sizes. */
export type FeedValue =
  | Feeds[string]
  | { readonly data: FeedData | readonly number[]; readonly dims: readonly number[] };

/** What a graph is fed, by the name of the input. */
export type RunFeeds = Readonly<Record<string, FeedValue>>;

/** Which peels a run is with, and how it is stopped. */
export interface RunOptions {
  /**
   * Peels of this call alone, attached, in place of those in force; [] is the base itself. Calls with different peels
   * don't disturb each other.
   */
  readonly peels?: readonly PeelChoice[];
  /** Stops before onnxruntime starts, or throws its result away: onnxruntime itself can't be stopped. */
  readonly signal?: AbortSignal;
}

/** An input or output of a graph. */
export interface GraphValue {
  readonly name: string;
  /** As onnxruntime names it: float32, int64, ...; undefined when the model doesn't say. */
  readonly type: string | undefined;
  /** Sizes; text is a symbolic one, undefined an unknown one. Undefined when not even their number is known. */
  readonly dims: readonly (number | string | undefined)[] | undefined;
}

/** One peel in force. */
export interface ReportPeel {
  readonly name: string;
  readonly version: string;
  readonly weight: number;
  /** Weight by target path, where it was given. */
  readonly perTarget?: Readonly<Record<string, number>>;
  /** Where it came from, for people. */
  readonly label: string;
  /** SHA-256 over the lines `<sha256>  <path>` of its files: the name of its exact content. */
  readonly digest: string;
  /** Fingerprint of the verified signer; undefined when it was opened by the unsafe opt-out. */
  readonly signer: string | undefined;
}

/** A merge behind attached peels; one that failed or was aborted leaves them attached. */
export type Merging = { readonly state: "under way" } | { readonly state: "failed"; readonly error: unknown };

/** What is in force and what it took. */
export interface Report {
  readonly base: { readonly family: string; readonly version: string; readonly digest: string };
  readonly peels: readonly ReportPeel[];
  readonly plan: Plan;
  /** Of peels that are attached first: the merge behind them. */
  readonly merging?: Merging;
  /** Milliseconds of the setPeels call that made this state, or of the merge behind it. */
  readonly milliseconds: {
    /** Planning, with the merging that it measures. */
    readonly plan: number;
    /** Opening sessions. */
    readonly sessions: number;
    readonly total: number;
  };
}

/** An open base. Every method throws DISPOSED after dispose. */
export interface Base {
  readonly card: BaseCard;
  /** The app's onnxruntime, whose Tensor makes the feeds of `run`. */
  readonly ort: Ort;
  /** `sha256:` and 64 hexadecimal digits: names the exact weights (docs/specification/base.md, Digest). */
  readonly digest: string;
  /**
   * Chooses a strategy for every target that the peels change, by what merging would keep, measured on the
   * weights as they would be stored.
   * @throws BananaError WEIGHT_INVALID, INPUT_INVALID, STRATEGY_UNAVAILABLE, BASE_INCOMPATIBLE (peel of another base),
   *   ROLE_TAKEN, DISPOSED
   */
  plan(peels: readonly PeelChoice[], options?: PlanOptions & Watch): Promise<Plan>;
  /**
   * Puts exactly these peels in force, in place of those before; [] takes all off, and the base's own graphs run.
   * Calls queue behind each other. One that fails or is aborted leaves the state before in force; aborted, it rejects
   * without waiting for onnxruntime, and a session that was being opened is released once it is there.
   * @throws BananaError as plan does, and PEEL_NO_EFFECT, SESSION_FAILED
   */
  setPeels(peels: readonly PeelChoice[], options?: SetPeelsOptions & Watch): Promise<Report>;
  /**
   * Runs a graph of the card with the peels in force at the time of the call, or with `options.peels`.
   * @returns the graph's outputs by name
   * @throws BananaError INPUT_INVALID, SESSION_FAILED, RUN_FAILED, DISPOSED; as setPeels for `options.peels`; the
   *   signal's reason
   */
  run(graph: string, feeds: RunFeeds, options?: RunOptions): Promise<Feeds>;
  /** What a graph of the card is fed. @throws BananaError INPUT_INVALID */
  inputs(graph: string): readonly GraphValue[];
  /** What a graph of the card gives. @throws BananaError INPUT_INVALID */
  outputs(graph: string): readonly GraphValue[];
  /** The state in force. */
  report(): Report;
  /**
   * Waits for the merge behind peels that `setPeels` attached first, and gives the report of what is in force then; at once
   * where none is under way. Peels that other ones took the place of aren't merged any more.
   * @throws what the merge failed by, or its signal's reason: the peels stay attached; BananaError DISPOSED
   */
  merged(): Promise<Report>;
  /** The peels in force, in the order given; packages/image takes their trigger embeddings from here. */
  uses(): readonly PeelUse[];
  /**
   * The bytes of a file that the card lists (vocabulary, embeddings), checked against its size and digest there.
   * @throws BananaError INPUT_INVALID (not on the card), BASE_FILE_MISSING, BASE_FILE_DIFFERS, DISPOSED
   */
  readFile(path: string, options?: { signal?: AbortSignal }): Promise<Uint8Array>;
  /** Releases every session once the runs under way have ended. A second call does nothing. */
  dispose(): Promise<void>;
}
