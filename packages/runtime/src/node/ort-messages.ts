import type { SessionOptions } from "../ort.js";

/** A tensor between threads. */
export interface SentTensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: unknown;
}

/** A tensor that the worker has or is to keep under a number, so that it travels once. */
export interface KeptTensor {
  readonly kept: number;
  /** Given the first time. */
  readonly tensor?: SentTensor;
}

/** What the worker is asked. */
export type OrtRequest =
  | { readonly kind: "create"; readonly model: string | Uint8Array; readonly options: SessionOptions }
  | {
      readonly kind: "run";
      readonly session: number;
      readonly feeds: Readonly<Record<string, SentTensor | KeptTensor>>;
      readonly outputs: readonly string[] | undefined;
      readonly options: object;
    }
  | { readonly kind: "release"; readonly session: number }
  | { readonly kind: "end-profiling"; readonly session: number }
  | { readonly kind: "forget"; readonly kept: readonly number[] };

/** What an opened session says of itself. */
export interface OpenedSession {
  readonly session: number;
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly inputMetadata: readonly unknown[];
  readonly outputMetadata: readonly unknown[];
}

/** What the worker answers to the request of that number. */
export interface OrtAnswer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: { readonly message: string };
}
