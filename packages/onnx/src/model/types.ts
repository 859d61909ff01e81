/** A model as far as it is understood here; `bytes` are views of the file, and what isn't listed stays in them. */
export interface OnnxModel {
  readonly bytes: Uint8Array;
  /** Version of each operator set by domain; "" is ONNX's own. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly graph: OnnxGraph;
}

/** The main graph; its nodes are in topological order. */
export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  readonly initializers: ReadonlyMap<string, OnnxTensor>;
  /** Inputs that a caller feeds: those that no initializer has the name of. */
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** Everything whose type the model states, by name: inputs, outputs and value_info. */
  readonly values: ReadonlyMap<string, OnnxValue>;
  /** Indices of the nodes of a name; names of nodes needn't be unique. */
  readonly named: ReadonlyMap<string, readonly number[]>;
  /** Index of the node that makes a tensor, by the tensor's name. */
  readonly producers: ReadonlyMap<string, number>;
  /** Indices of the nodes that read a tensor, by its name; also through the graphs inside a node. */
  readonly consumers: ReadonlyMap<string, readonly number[]>;
  /** Nodes of the model's own functions, by domain and name with a space between. */
  readonly functions: ReadonlyMap<string, readonly OnnxNode[]>;
}

/** A graph inside a node, as far as it is understood here. */
export interface InnerGraph {
  readonly nodes: readonly OnnxNode[];
  /** Sizes of its own initializers. */
  readonly initializers: ReadonlyMap<string, readonly number[]>;
}

/** An operator in a graph. */
export interface OnnxNode {
  readonly name: string;
  readonly opType: string;
  readonly domain: string;
  /** "" stands for an optional input that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Integer attributes, by name. */
  readonly ints: ReadonlyMap<string, number>;
  /** Float attributes, by name. */
  readonly floats: ReadonlyMap<string, number>;
  /** Text attributes of at most 64 bytes, by name. */
  readonly texts: ReadonlyMap<string, string>;
  /** Attributes that are lists of integers, by name. */
  readonly lists: ReadonlyMap<string, readonly number[]>;
  /** Module paths around the node, outermost first, as PyTorch's exporter notes them; undefined where it didn't. */
  readonly scopes?: readonly string[];
  /** Tensors of this graph that the graphs inside the node read. */
  readonly captured: readonly string[];
  /** Graphs inside the node (If, Loop, Scan). */
  readonly inside: readonly InnerGraph[];
  /** Sizes of the tensor that is its attribute `value`, as of Constant; undefined for other nodes. */
  readonly constant?: readonly number[];
}

/** Name, element type and shape of a tensor. */
export interface OnnxValue {
  readonly name: string;
  /** TensorProto.DataType; undefined when it isn't a tensor or the model doesn't say. */
  readonly dataType: number | undefined;
  /** Sizes; text is a symbolic one, undefined an unknown one. Undefined when not even the rank is known. */
  readonly dims: readonly (number | string | undefined)[] | undefined;
}

/** An initializer. */
export interface OnnxTensor {
  readonly name: string;
  readonly dataType: number;
  readonly dims: readonly number[];
  /** Number of elements. */
  readonly count: number;
  readonly data: TensorData;
}

/** Where the elements of a tensor are. */
export type TensorData =
  | { readonly kind: "raw"; readonly bytes: Uint8Array }
  | { readonly kind: "external"; readonly external: ExternalData }
  /** float_data: little-endian floats, in the pieces in which they lie in the file. */
  | { readonly kind: "float"; readonly pieces: readonly Uint8Array[] }
  /** int32_data: one element a number, for every type of at most 32 bits. */
  | { readonly kind: "int32"; readonly numbers: readonly number[] }
  /** A field that isn't read here (int64_data, string_data, ...). */
  | { readonly kind: "other" };

/** A place in a file beside the model. */
export interface ExternalData {
  /** POSIX path relative to the model's folder, without a leading `./`; never outside of it. */
  readonly location: string;
  /** Bytes from the start of the file. */
  readonly offset: number;
  /** Bytes. */
  readonly length: number;
}
