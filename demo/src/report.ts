import type { Plan, ReportPeel } from "@banana-peel/runtime";

/** One picture of the demo. */
export interface DemoPicture {
  /** Weight of the peel; undefined without one. */
  readonly weight: number | undefined;
  readonly how: "without" | "attached" | "merged" | "taken off";
  readonly png: Uint8Array;
  /** Width and height in pixels. */
  readonly size: number;
  /** Milliseconds to draw it. */
  readonly ms: number;
}

/** Pictures of one prompt and seed. */
export interface DemoRow {
  readonly prompt: string;
  readonly seed: number;
  readonly pictures: readonly DemoPicture[];
}

/** A finished step. */
export interface DemoStep {
  readonly title: string;
  readonly ms: number;
  /** What it found, for people. */
  readonly details: readonly string[];
}

/** Everything that the demo shows at its end. */
export interface DemoReport {
  /** One prompt and seed: without, attached at rising weights, merged, taken off. */
  readonly main: DemoRow;
  /** Other prompts: without, attached at weight 1. */
  readonly more: readonly DemoRow[];
  readonly peel: Pick<ReportPeel, "name" | "version" | "signer"> & {
    readonly title: string;
    readonly notice: string | undefined;
    /** Title and licence of what it was made from. */
    readonly credits: readonly {
      readonly title: string;
      readonly license: string;
      readonly author?: string;
    }[];
    readonly license: string;
    /** `sha512-` and base64, of the tarball. */
    readonly integrity: string;
    /** Hexadecimal, of adapter.safetensors. */
    readonly adapterSha256: string;
    readonly tarballBytes: number;
    readonly rank: number;
  };
  readonly base: {
    readonly family: string;
    readonly version: string;
    readonly title: string;
    readonly digest: string;
  };
  /** Every target by one strategy, and what the runtime would choose by itself. */
  readonly plans: { readonly attach: Plan; readonly merge: Plan; readonly auto: Plan };
  /** Milliseconds. */
  readonly times: {
    /** Median of setPeels from one attached weight to another. */
    readonly swap: number;
    /** setPeels with the strategy merge. */
    readonly merge: number;
    /** Median of a picture. */
    readonly picture: number;
  };
  readonly steps: readonly DemoStep[];
  readonly versions: { readonly node: string; readonly onnxruntime: string; readonly bananaPeel: string };
}
