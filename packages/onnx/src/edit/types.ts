import type { ExternalData } from "../model/types.js";

/** A graph input to add. */
export interface NewInput {
  readonly name: string;
  /** TensorProto.DataType. */
  readonly dataType: number;
  /** Sizes; text names a symbolic one. */
  readonly dims: readonly (number | string)[];
}

/** A tensor of the graph that is to be an output of it too. */
export interface NewOutput {
  readonly name: string;
  /** TensorProto.DataType. */
  readonly dataType: number;
}

/** A node to add. */
export interface NewNode {
  readonly name: string;
  readonly opType: string;
  readonly domain?: string;
  /** "" stands for an optional input that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Integer attributes, by name. */
  readonly ints?: Readonly<Record<string, number>>;
  /** Attributes that are lists of integers, by name. */
  readonly lists?: Readonly<Record<string, readonly number[]>>;
  /** Text attributes, by name. */
  readonly texts?: Readonly<Record<string, string>>;
}

/** An initializer to add. */
export interface NewInitializer {
  readonly name: string;
  /** TensorProto.DataType. */
  readonly dataType: number;
  readonly dims: readonly number[];
  readonly bytes: ElementsEdit;
}

/** Elements of an initializer: embedded bytes (little-endian, row-major), or a place in a file. */
export type ElementsEdit = Uint8Array | ExternalData;

/** What editModel changes. */
export interface ModelEdits {
  readonly inputs?: readonly NewInput[];
  readonly outputs?: readonly NewOutput[];
  /** Shapes of tensors that new nodes make, for onnxruntime to plan memory by. */
  readonly values?: readonly NewInput[];
  readonly initializers?: readonly NewInitializer[];
  /** Initializers to leave out; whoever reads one of them must be replaced. */
  readonly removedInitializers?: ReadonlySet<string>;
  /** Nodes to put in place of those of these indices; they make the same outputs. */
  readonly replacedNodes?: ReadonlyMap<number, NewNode>;
  /** Nodes to add right before the node of that index, in this order. */
  readonly nodesBefore?: ReadonlyMap<number, readonly NewNode[]>;
  /** Nodes to add right behind the node of that index, in this order. */
  readonly nodesAfter?: ReadonlyMap<number, readonly NewNode[]>;
  /**
   * New names for tensors where they are made. A node behind it can then make the old name, so that all who read
   * it, graph outputs and graphs inside nodes too, read the new node's output without being touched.
   */
  readonly renamedOutputs?: ReadonlyMap<string, string>;
  /** New elements by initializer. */
  readonly elements?: ReadonlyMap<string, ElementsEdit>;
}
