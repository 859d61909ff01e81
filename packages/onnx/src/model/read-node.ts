import { WireType } from "@bufbuild/protobuf/wire";
import { bound, invalid } from "../errors.js";
import { ONNX_LIMITS } from "../limits.js";
import { ATTRIBUTE, GRAPH, NODE, SPARSE, TENSOR, VALUE } from "../proto/fields.js";
import { integer, integers, name, payload, type WireField, wireFields } from "../proto/wire.js";
import { readScopes } from "./read-scopes.js";
import type { InnerGraph, OnnxNode } from "./types.js";

/** What is left of ONNX_LIMITS.nodes, shared by a graph and all graphs inside it. */
export interface NodeBudget {
  used: number;
}

/**
 * Reads a NodeProto, with the graphs inside it (If, Loop, Scan).
 * @param depth graphs around the node
 */
export function readNode(bytes: Uint8Array, where: string, budget: NodeBudget, depth: number): OnnxNode {
  bound("nodes", ++budget.used, where);
  const inputs: string[] = [];
  const outputs: string[] = [];
  const kept: Attributes = {
    ...{ ints: new Map(), floats: new Map(), texts: new Map(), lists: new Map() },
    inside: [],
    tensors: new Map(),
  };
  const captured = new Set<string>();
  let nodeName = "";
  let opType = "";
  let domain = "";
  let attributes = 0;
  let scopes: string[] | undefined;
  for (const field of wireFields(bytes, where)) {
    if (field.no === NODE.input) inputs.push(name(field, where));
    else if (field.no === NODE.output) outputs.push(name(field, where));
    else if (field.no === NODE.name) nodeName = name(field, where);
    else if (field.no === NODE.opType) opType = name(field, where);
    else if (field.no === NODE.domain) domain = name(field, where);
    else if (field.no === NODE.metadata) scopes ??= readScopes(payload(field, where), where);
    else if (field.no === NODE.attribute) {
      bound("attributes", ++attributes, where);
      readAttribute(payload(field, where), `${where} ${nodeName}`, kept, captured, budget, depth);
    }
  }
  bound("edges", Math.max(inputs.length, outputs.length), where);
  if (opType === "") throw invalid(`${where} ${nodeName}`, "expected an operator, found none");
  const { tensors, ...attributesOf } = kept;
  const constant = tensors.get("value");
  const noted = { ...(scopes !== undefined && { scopes }), ...(constant !== undefined && { constant }) };
  return {
    name: nodeName,
    opType,
    domain,
    inputs,
    outputs,
    ...attributesOf,
    ...noted,
    captured: [...captured],
  };
}

/** The attributes of a node that are kept. */
interface Attributes {
  readonly ints: Map<string, number>;
  readonly floats: Map<string, number>;
  readonly texts: Map<string, string>;
  readonly lists: Map<string, readonly number[]>;
  readonly inside: InnerGraph[];
  /** Sizes of tensors, by name. */
  readonly tensors: Map<string, readonly number[]>;
}

function readAttribute(
  bytes: Uint8Array,
  where: string,
  kept: Attributes,
  captured: Set<string>,
  budget: NodeBudget,
  depth: number,
): void {
  let attributeName: string | undefined;
  let value: number | undefined;
  let float: number | undefined;
  let text: string | undefined;
  let sizes: readonly number[] | undefined;
  const list: number[] = [];
  for (const field of wireFields(bytes, where)) {
    if (field.no === ATTRIBUTE.name) attributeName = name(field, where);
    else if (field.no === ATTRIBUTE.i) value = attributeInteger(field, where);
    else if (field.no === ATTRIBUTE.f) float = attributeFloat(field, where);
    else if (field.no === ATTRIBUTE.s) text = attributeText(field, where);
    else if (field.no === ATTRIBUTE.ints) {
      if (list.length <= KEPT_LIST) list.push(...attributeIntegers(field, where));
    } else if (field.no === ATTRIBUTE.t) sizes = namedSizes(payload(field, where), where).dims;
    else if (field.no === ATTRIBUTE.g || field.no === ATTRIBUTE.graphs)
      kept.inside.push(readInnerGraph(payload(field, where), where, captured, budget, depth + 1));
  }
  if (attributeName === undefined) return;
  if (value !== undefined) kept.ints.set(attributeName, value);
  if (float !== undefined) kept.floats.set(attributeName, float);
  if (sizes !== undefined) kept.tensors.set(attributeName, sizes);
  if (text !== undefined) kept.texts.set(attributeName, text);
  if (list.length > 0 && list.length <= KEPT_LIST) kept.lists.set(attributeName, list);
}

/** Longest list that is kept: an axis order has one number a dimension. */
const KEPT_LIST = ONNX_LIMITS.dimensions;
/** Bytes of the longest text that is kept: one of a few words, such as SAME_UPPER. */
const KEPT_TEXT = 64;

/** Texts of attributes may be any bytes, also whole programs; those are not kept. */
function attributeText(field: WireField, where: string): string | undefined {
  const bytes = payload(field, where);
  return bytes.length > KEPT_TEXT ? undefined : new TextDecoder().decode(bytes);
}

function attributeFloat({ type, value }: WireField, where: string): number {
  if (type !== WireType.Bit32 || value.length !== 4) throw invalid(where, "expected a float of 4 bytes");
  return new DataView(value.buffer, value.byteOffset, 4).getFloat32(0, true);
}

/** The numbers of a list; none of one that is too long to be kept or uses all 64 bits. */
function attributeIntegers(field: WireField, where: string): number[] {
  try {
    return integers(field, where, KEPT_LIST);
  } catch {
    return [];
  }
}

/** Attributes of operators that we don't know may use all 64 bits; those are not kept. */
function attributeInteger(field: WireField, where: string): number | undefined {
  try {
    return integer(field, where);
  } catch {
    return undefined;
  }
}

/** Reads a graph inside a node, and adds what it reads from outside. */
function readInnerGraph(
  bytes: Uint8Array,
  where: string,
  captured: Set<string>,
  budget: NodeBudget,
  depth: number,
): InnerGraph {
  bound("nesting", depth, where);
  const nodes: OnnxNode[] = [];
  const initializers = new Map<string, readonly number[]>();
  const defined = new Set<string>();
  const read: string[] = [];
  for (const field of wireFields(bytes, where)) {
    if (field.no === GRAPH.node) {
      const node = readNode(payload(field, where), where, budget, depth);
      nodes.push(node);
      for (const input of [...node.inputs, ...node.captured]) read.push(input);
      for (const output of node.outputs) defined.add(output);
    } else if (field.no === GRAPH.input) addName(field, VALUE.name, where, defined);
    else if (field.no === GRAPH.initializer) {
      const { name: own, dims } = namedSizes(payload(field, where), where);
      defined.add(own);
      initializers.set(own, dims);
    } else if (field.no === GRAPH.sparseInitializer) {
      for (const inner of wireFields(payload(field, where), where))
        if (inner.no === SPARSE.values) addName(inner, TENSOR.name, where, defined);
    } else if (field.no === GRAPH.output) {
      for (const inner of wireFields(payload(field, where), where))
        if (inner.no === VALUE.name) read.push(name(inner, where));
    }
  }
  for (const input of read) if (input !== "" && !defined.has(input)) captured.add(input);
  return { nodes, initializers };
}

/** Name and sizes of a TensorProto; its elements aren't looked at. */
function namedSizes(bytes: Uint8Array, where: string): { name: string; dims: readonly number[] } {
  let own = "";
  const dims: number[] = [];
  for (const field of wireFields(bytes, where)) {
    if (field.no === TENSOR.name) own = name(field, where);
    else if (field.no === TENSOR.dims) dims.push(...integers(field, where, ONNX_LIMITS.dimensions));
    bound("dimensions", dims.length, where);
  }
  return { name: own, dims };
}

/** Adds the name field of a message. */
export function addName(
  field: Parameters<typeof payload>[0],
  no: number,
  where: string,
  names: Set<string>,
): void {
  for (const inner of wireFields(payload(field, where), where))
    if (inner.no === no) names.add(name(inner, where));
}
