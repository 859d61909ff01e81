import type { BananaError } from "@banana-peel/format";
import type { OnnxGraph, OnnxNode } from "../model/types.js";

/** What a layer computes: y = x W, a convolution with W, its transpose, or the rows of W that x names. */
export type TargetKind = "linear" | "conv" | "conv-transpose" | "gather";

/** Scale and zero point of a tensor of quantised values. */
export interface QuantisedValue {
  readonly scale: string;
  /** "" stands for 0. */
  readonly zeroPoint: string;
}

/** How a convolution's weight lies in it. */
export interface Convolution {
  /** Sizes of the kernel. */
  readonly kernel: readonly number[];
  readonly groups: number;
  /** Input channels. */
  readonly channels: number;
}

/** A weight-consuming node, its weight, and where an adapter's branch may start and end. */
export interface TracedTarget {
  /** Index of the node. */
  readonly node: number;
  readonly operator: string;
  readonly kind: TargetKind;
  /** How the weight is quantised (docs/specification/base.md, Schemes). */
  readonly form: "qdq" | "matmulnbits" | "integer" | "qlinear" | "gatherblock" | "float";
  /** Order of the stored weight: [K,N], [N,K], or [channels, N / groups, kernel] of ConvTranspose. */
  readonly layout: "kn" | "nk" | "cns";
  readonly weight: string;
  /** Initializer of the scales; undefined for the form float. */
  readonly scale: string | undefined;
  readonly zeroPoint: string | undefined;
  /** Axis of the stored weight that scales run along, counted from the front; without meaning for a single scale. */
  readonly axis: number;
  /** Values along the axis that share a scale; undefined without blocks. */
  readonly blockSize: number | undefined;
  /** Index of the node that reads the stored weight: the DequantizeLinear of qdq, else the node itself. */
  readonly reader: number;
  /** What only MatMulNBits says in attributes. */
  readonly attributes?: { readonly k: number; readonly n: number; readonly bits: number };
  /** Present for convolutions. */
  readonly convolution?: Convolution;
  /** Tensors that are the layer's input: the node's own first, then those before its quantisation. */
  readonly inputs: readonly string[];
  /** Tensors that are the layer's output: the node's own first, then those after its bias, or its own grid. */
  readonly outputs: readonly string[];
  /** Those of `inputs` and `outputs` that hold quantised values; a branch goes by their scales. */
  readonly quantised: ReadonlyMap<string, QuantisedValue>;
}

/** What reads one kind of operator. */
export type Tracer = (place: {
  readonly graph: OnnxGraph;
  readonly node: OnnxNode;
  readonly index: number;
  readonly fail: Fail;
}) => TracedTarget;

/** Makes the refusal of a node. */
export type Fail = (message: string) => BananaError;
