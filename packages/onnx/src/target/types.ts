import type { BananaError } from "@banana-peel/format";
import type { OnnxGraph, OnnxNode } from "../model/types.js";

/** A weight-consuming node, its weight, and where an adapter's branch may start and end. */
export interface TracedTarget {
  /** Index of the node. */
  readonly node: number;
  readonly operator: string;
  /** How the weight is quantised (docs/specification/base.md, Schemes). */
  readonly form: "qdq" | "matmulnbits" | "integer" | "float";
  /** Order of the stored weight: [K,N] or [N,K]. */
  readonly layout: "kn" | "nk";
  readonly weight: string;
  /** Initializer of the scales; undefined for the form float. */
  readonly scale: string | undefined;
  readonly zeroPoint: string | undefined;
  /** Axis of the stored weight that scales run along, counted from the front; without meaning for a single scale. */
  readonly axis: number;
  /** Values along K that share a scale; undefined without blocks. */
  readonly blockSize: number | undefined;
  /** Index of the node that reads the stored weight: the DequantizeLinear of qdq, else the node itself. */
  readonly reader: number;
  /** What only MatMulNBits says in attributes. */
  readonly attributes?: { readonly k: number; readonly n: number; readonly bits: number };
  /** Float tensors that are the layer's input: the node's own first, then those before its quantisation. */
  readonly inputs: readonly string[];
  /** Float tensors that are the layer's output: the node's own first, then that after the bias. */
  readonly outputs: readonly string[];
}

/** What reads one kind of operator. */
export type Tracer = (place: {
  readonly graph: OnnxGraph;
  readonly node: OnnxNode;
  readonly index: number;
  readonly fail: (message: string) => BananaError;
}) => TracedTarget;
