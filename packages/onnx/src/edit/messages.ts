import { type BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { ATTRIBUTE, DIM, ENTRY, NODE, SHAPE, TENSOR, TENSOR_TYPE, TYPE, VALUE } from "../proto/fields.js";
import { name, wireFields } from "../proto/wire.js";
import { Chunks, writeInteger, writeText, written } from "./chunks.js";
import type { ElementsEdit, NewInitializer, NewInput, NewNode } from "./types.js";

/** AttributeProto.AttributeType. */
const ATTRIBUTE_TYPE = { int: 2, text: 3, ints: 7 } as const;

/** A NodeProto. */
export function nodeMessage(node: NewNode): Uint8Array {
  return written((writer) => {
    for (const input of node.inputs) writeText(writer, NODE.input, input);
    for (const output of node.outputs) writeText(writer, NODE.output, output);
    writeText(writer, NODE.name, node.name);
    writeText(writer, NODE.opType, node.opType);
    if (node.domain) writeText(writer, NODE.domain, node.domain);
    for (const [key, value] of Object.entries(node.ints ?? {}))
      attribute(writer, key, ATTRIBUTE_TYPE.int, () => writeInteger(writer, ATTRIBUTE.i, value));
    for (const [key, values] of Object.entries(node.lists ?? {}))
      attribute(writer, key, ATTRIBUTE_TYPE.ints, () => {
        for (const value of values) writeInteger(writer, ATTRIBUTE.ints, value);
      });
    for (const [key, value] of Object.entries(node.texts ?? {}))
      attribute(writer, key, ATTRIBUTE_TYPE.text, () => writeText(writer, ATTRIBUTE.s, value));
  });
}

/** A TensorProto. */
export function initializerMessage({ name, dataType, dims, bytes }: NewInitializer): Chunks {
  const chunks = new Chunks().fields((writer) => {
    for (const dim of dims) writeInteger(writer, TENSOR.dims, dim);
    writeInteger(writer, TENSOR.dataType, dataType);
    writeText(writer, TENSOR.name, name);
  });
  return withElements(chunks, bytes);
}

/** A ValueInfoProto of a tensor; without `dims`, of any shape. */
export function valueMessage(value: Pick<NewInput, "name" | "dataType"> & Partial<NewInput>): Uint8Array {
  return written((writer) => {
    const shape = () => {
      for (const dim of value.dims ?? [])
        message(writer, SHAPE.dim, () => {
          if (typeof dim === "number") writeInteger(writer, DIM.value, dim);
          else writeText(writer, DIM.param, dim);
        });
    };
    writeText(writer, VALUE.name, value.name);
    message(writer, VALUE.type, () =>
      message(writer, TYPE.tensor, () => {
        writeInteger(writer, TENSOR_TYPE.elemType, value.dataType);
        if (value.dims !== undefined) message(writer, TENSOR_TYPE.shape, shape);
      }),
    );
  });
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
  return chunks.fields((writer) => {
    for (const [key, value] of Object.entries(elements))
      message(writer, TENSOR.externalData, () => {
        writeText(writer, ENTRY.key, key);
        writeText(writer, ENTRY.value, String(value));
      });
    writeInteger(writer, TENSOR.dataLocation, 1);
  });
}

/** An AttributeProto. */
function attribute(writer: BinaryWriter, key: string, type: number, value: () => void): void {
  message(writer, NODE.attribute, () => {
    writeText(writer, ATTRIBUTE.name, key);
    value();
    writeInteger(writer, ATTRIBUTE.type, type);
  });
}

function message(writer: BinaryWriter, no: number, fields: () => void): void {
  writer.tag(no, WireType.LengthDelimited).fork();
  fields();
  writer.join();
}
