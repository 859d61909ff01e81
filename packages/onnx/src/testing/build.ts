import { Chunks } from "../edit/chunks.js";
import { valueMessage } from "../edit/messages.js";
import { ATTRIBUTE, ENTRY, FUNCTION, GRAPH, MODEL, NODE, OPSET, TENSOR } from "../proto/fields.js";

/** What a test's node is made of. */
export interface TestNode {
  name?: string;
  op: string;
  domain?: string;
  inputs: string[];
  outputs: string[];
  ints?: Record<string, number>;
  /** Graphs inside the node, as GraphProto bytes. */
  graphs?: Uint8Array[];
  /** The attribute `value`, as TensorProto bytes. */
  value?: Uint8Array;
}

export function node({
  name = "",
  op,
  domain = "",
  inputs,
  outputs,
  ints = {},
  graphs = [],
  value,
}: TestNode): Uint8Array {
  const chunks = new Chunks();
  for (const input of inputs) chunks.text(NODE.input, input);
  for (const output of outputs) chunks.text(NODE.output, output);
  chunks.text(NODE.name, name).text(NODE.opType, op).text(NODE.domain, domain);
  for (const [key, value] of Object.entries(ints))
    chunks.field(NODE.attribute, new Chunks().text(ATTRIBUTE.name, key).integer(ATTRIBUTE.i, value));
  for (const graph of graphs)
    chunks.field(NODE.attribute, new Chunks().text(ATTRIBUTE.name, "body").field(ATTRIBUTE.g, graph));
  if (value)
    chunks.field(NODE.attribute, new Chunks().text(ATTRIBUTE.name, "value").field(ATTRIBUTE.t, value));
  return chunks.finish();
}

/** A TensorProto from its parts; nothing is checked. */
export function tensor(
  name: string,
  dataType: number,
  dims: number[],
  parts: {
    raw?: Uint8Array;
    int32?: number[];
    floats?: Uint8Array;
    external?: Record<string, string>;
  },
): Uint8Array {
  const chunks = new Chunks();
  for (const dim of dims) chunks.integer(TENSOR.dims, dim);
  chunks.integer(TENSOR.dataType, dataType).text(TENSOR.name, name);
  if (parts.raw) chunks.field(TENSOR.rawData, parts.raw);
  if (parts.floats) chunks.field(TENSOR.floatData, parts.floats);
  for (const number of parts.int32 ?? []) chunks.integer(TENSOR.int32Data, number);
  for (const [key, value] of Object.entries(parts.external ?? {}))
    chunks.field(TENSOR.externalData, new Chunks().text(ENTRY.key, key).text(ENTRY.value, value));
  if (parts.external) chunks.integer(TENSOR.dataLocation, 1);
  return chunks.finish();
}

/** A GraphProto; inputs and outputs are float32 of an unknown size. */
export function graph(parts: {
  nodes?: Uint8Array[];
  initializers?: Uint8Array[];
  inputs?: string[];
  outputs?: string[];
}): Uint8Array {
  const chunks = new Chunks();
  for (const bytes of parts.nodes ?? []) chunks.field(GRAPH.node, bytes);
  for (const bytes of parts.initializers ?? []) chunks.field(GRAPH.initializer, bytes);
  const value = (name: string) => valueMessage({ name, dataType: 1, dims: ["n"] });
  for (const name of parts.inputs ?? []) chunks.field(GRAPH.input, value(name));
  for (const name of parts.outputs ?? []) chunks.field(GRAPH.output, value(name));
  return chunks.finish();
}

/** A ModelProto of opset 17 around a graph, with functions of the domain `pkg`. */
export function model(graphBytes: Uint8Array, functions: Record<string, Uint8Array[]> = {}): Uint8Array {
  const chunks = new Chunks()
    .integer(MODEL.irVersion, 8)
    .field(MODEL.opsetImport, new Chunks().text(OPSET.domain, "").integer(OPSET.version, 17))
    .field(MODEL.graph, graphBytes);
  for (const [name, nodes] of Object.entries(functions)) {
    const own = new Chunks().text(FUNCTION.name, name).text(FUNCTION.domain, "pkg");
    for (const bytes of nodes) own.field(FUNCTION.node, bytes);
    chunks.field(MODEL.functions, own);
  }
  return chunks.finish();
}

/** MatMul(x, DequantizeLinear(w, s)) + bias, K 2 and N 3; `change` edits its parts before it is built. */
export function linear(
  change: (parts: {
    nodes: TestNode[];
    initializers: Uint8Array[];
    inputs: string[];
    outputs: string[];
  }) => void = () => {},
): Uint8Array {
  const floats = (...values: number[]) => new Uint8Array(new Float32Array(values).buffer);
  const parts = {
    nodes: [
      { name: "q", op: "QuantizeLinear", inputs: ["x", "s", "xz"], outputs: ["xq"] },
      { name: "dq", op: "DequantizeLinear", inputs: ["xq", "s", "xz"], outputs: ["xd"] },
      { name: "w_dq", op: "DequantizeLinear", inputs: ["w", "ws"], outputs: ["wd"], ints: { axis: 1 } },
      { name: "mm", op: "MatMul", inputs: ["xd", "wd"], outputs: ["product"] },
      { name: "add", op: "Add", inputs: ["bias", "product"], outputs: ["y"] },
    ] as TestNode[],
    initializers: [
      tensor("s", 1, [], { raw: floats(0.1) }),
      tensor("xz", 3, [], { raw: new Uint8Array([3]) }),
      tensor("w", 3, [2, 3], { raw: new Uint8Array([1, 2, 3, 255, 254, 253]) }),
      tensor("ws", 1, [3], { floats: floats(0.1, 0.2, 0.3) }),
      tensor("bias", 1, [3], { raw: floats(1, 2, 3) }),
    ],
    inputs: ["x"],
    outputs: ["y"],
  };
  change(parts);
  return model(
    graph({
      nodes: parts.nodes.map(node),
      initializers: parts.initializers,
      inputs: parts.inputs,
      outputs: parts.outputs,
    }),
  );
}
