import type { Promoted } from "@banana-peel/onnx";

/** What a plan puts in the place of a target's weight: other elements of its initializer, or an 8-bit form of it. */
export type MergedWeight =
  | { readonly kind: "merge"; readonly bytes: Uint8Array }
  | { readonly kind: "promote"; readonly promoted: Promoted };
