import { ATTRIBUTE, DIM, ENTRY, NODE, SHAPE, TENSOR, TENSOR_TYPE, TYPE, VALUE } from "../proto/fields.js";
import { name, wireFields } from "../proto/wire.js";
import { Chunks } from "./chunks.js";
import type { ElementsEdit, NewInitializer, NewInput, NewNode } from "./types.js";

/** AttributeProto.AttributeType. */
const ATTRIBUTE_TYPE = { int: 2, text: 3, ints: 7 } as const;

/** A NodeProto. */
export function nodeMessage(node: NewNode): Chunks {
  const chunks = new Chunks();
  for (const input of node.inputs) chunks.text(NODE.input, input);
  for (const output of node.outputs) chunks.text(NODE.output, output);
  chunks.text(NODE.name, node.name).text(NODE.opType, node.opType);
  if (node.domain) chunks.text(NODE.domain, node.domain);
  for (const [key, value] of Object.entries(node.ints ?? {}))
    chunks.field(
      NODE.attribute,
      new Chunks()
        .text(ATTRIBUTE.name, key)
        .integer(ATTRIBUTE.i, value)
        .integer(ATTRIBUTE.type, ATTRIBUTE_TYPE.int),
    );
  for (const [key, values] of Object.entries(node.lists ?? {})) {
    const attribute = new Chunks().text(ATTRIBUTE.name, key);
    for (const value of values) attribute.integer(ATTRIBUTE.ints, value);
    chunks.field(NODE.attribute, attribute.integer(ATTRIBUTE.type, ATTRIBUTE_TYPE.ints));
  }
  for (const [key, value] of Object.entries(node.texts ?? {}))
    chunks.field(
      NODE.attribute,
      new Chunks()
        .text(ATTRIBUTE.name, key)
        .text(ATTRIBUTE.s, value)
        .integer(ATTRIBUTE.type, ATTRIBUTE_TYPE.text),
    );
  return chunks;
}

/** A TensorProto. */
export function initializerMessage({ name, dataType, dims, bytes }: NewInitializer): Chunks {
  const chunks = new Chunks();
  for (const dim of dims) chunks.integer(TENSOR.dims, dim);
  return withElements(chunks.integer(TENSOR.dataType, dataType).text(TENSOR.name, name), bytes);
}

/** A ValueInfoProto of a tensor; without `dims`, of any shape. */
export function valueMessage(value: Pick<NewInput, "name" | "dataType"> & Partial<NewInput>): Chunks {
  const shape = new Chunks();
  for (const dim of value.dims ?? []) {
    const size = new Chunks();
    shape.field(
      SHAPE.dim,
      typeof dim === "number" ? size.integer(DIM.value, dim) : size.text(DIM.param, dim),
    );
  }
  const tensor = new Chunks().integer(TENSOR_TYPE.elemType, value.dataType);
  if (value.dims !== undefined) tensor.field(TENSOR_TYPE.shape, shape);
  return new Chunks().text(VALUE.name, value.name).field(VALUE.type, new Chunks().field(TYPE.tensor, tensor));
}

/** A NodeProto like the one given, with some outputs renamed; every other byte stays. */
export function renamedNode(bytes: Uint8Array, renames: ReadonlyMap<string, string>): Chunks {
  const chunks = new Chunks();
  for (const field of wireFields(bytes, "node")) {
    const renamed = field.no === NODE.output ? renames.get(name(field, "node")) : undefined;
    if (renamed === undefined) chunks.raw(field.raw);
    else chunks.text(NODE.output, renamed);
  }
  return chunks;
}

const ELEMENTS = new Set<number>([
  TENSOR.floatData,
  TENSOR.int32Data,
  TENSOR.rawData,
  TENSOR.externalData,
  TENSOR.dataLocation,
]);

/** A TensorProto like the one given, with its elements elsewhere or others; every other byte stays. */
export function tensorWithElements(bytes: Uint8Array, elements: ElementsEdit): Chunks {
  const chunks = new Chunks();
  for (const field of wireFields(bytes, "initializer")) if (!ELEMENTS.has(field.no)) chunks.raw(field.raw);
  return withElements(chunks, elements);
}

function withElements(chunks: Chunks, elements: ElementsEdit): Chunks {
  if (elements instanceof Uint8Array) return chunks.field(TENSOR.rawData, elements);
  for (const [key, value] of Object.entries(elements))
    chunks.field(TENSOR.externalData, new Chunks().text(ENTRY.key, key).text(ENTRY.value, String(value)));
  return chunks.integer(TENSOR.dataLocation, 1);
}
