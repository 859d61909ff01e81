import type { InferenceSession, InferenceSessionFactory, TensorConstructor } from "onnxruntime-common";

/**
 * The app's own onnxruntime: what `import * as ort from "onnxruntime-node"` (or -web, -react-native) gives.
 * The runtime never imports one itself, so that the app decides on the version and the back end.
 */
export interface Ort {
  readonly InferenceSession: InferenceSessionFactory;
  readonly Tensor: TensorConstructor;
  /** What tells onnxruntime-web from others, which takes one call at a time. */
  readonly env?: {
    readonly versions?: { readonly web?: string };
    readonly wasm?: { readonly proxy?: boolean };
  };
}

/** An open session of the app's onnxruntime. */
export type Session = InferenceSession;
/** Tensors by name, as onnxruntime takes and gives them. */
export type Feeds = InferenceSession.OnnxValueMapType;
/** onnxruntime's options of a session: threads, execution providers, `extra`. */
export type SessionOptions = InferenceSession.SessionOptions;
