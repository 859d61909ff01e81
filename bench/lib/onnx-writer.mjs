/** Just enough of a writer of ONNX models (onnx/onnx.proto3) to make ones to measure on. */
const WIRE = { varint: 0, bytes: 2 };

function varint(value) {
  const bytes = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return Buffer.from(bytes);
}

const int = (no, value) => Buffer.concat([varint((no << 3) | WIRE.varint), varint(value)]);
const bytes = (no, value) => Buffer.concat([varint((no << 3) | WIRE.bytes), varint(value.length), value]);
const text = (no, value) => bytes(no, Buffer.from(value));

export const TYPE = { float: 1, uint8: 2, int8: 3, int32: 6, int64: 7 };

/** @param {Record<string, number>} ints integer attributes */
export function node(opType, inputs, outputs, { name = outputs[0], ints = {}, domain = "" } = {}) {
  return Buffer.concat([
    ...inputs.map((input) => text(1, input)),
    ...outputs.map((output) => text(2, output)),
    text(3, name),
    text(4, opType),
    ...Object.entries(ints).map(([key, value]) =>
      bytes(5, Buffer.concat([text(1, key), int(3, value), int(20, 2)])),
    ),
    text(7, domain),
  ]);
}

/** @param {ArrayBufferView} data elements, little-endian and row-major */
export function initializer(name, type, dims, data) {
  return Buffer.concat([
    ...dims.map((size) => int(1, size)),
    int(2, type),
    text(8, name),
    bytes(9, Buffer.from(data.buffer, data.byteOffset, data.byteLength)),
  ]);
}

/**
 * An initializer whose elements lie in a file beside the model.
 * @param {{location: string, offset: number, length: number}} place in bytes
 */
export function external(name, type, dims, place) {
  return Buffer.concat([
    ...dims.map((size) => int(1, size)),
    int(2, type),
    text(8, name),
    ...Object.entries(place).map(([key, of]) => bytes(13, Buffer.concat([text(1, key), text(2, `${of}`)]))),
    int(14, 1),
  ]);
}

/** An input or output; text in `dims` is a symbolic size. */
export function value(name, type, dims) {
  const shape = dims.map((size) => bytes(1, typeof size === "number" ? int(1, size) : text(2, size)));
  const tensor = Buffer.concat([int(1, type), bytes(2, Buffer.concat(shape))]);
  return Buffer.concat([text(1, name), bytes(2, bytes(1, tensor))]);
}

/** @param {Record<string, number>} [of.domains] versions of operators beside ONNX's own */
export function model({ nodes, initializers, inputs, outputs, values = [], opset = 17, domains = {} }) {
  const graph = Buffer.concat([
    ...nodes.map((each) => bytes(1, each)),
    text(2, "main"),
    ...initializers.map((each) => bytes(5, each)),
    ...inputs.map((each) => bytes(11, each)),
    ...outputs.map((each) => bytes(12, each)),
    ...values.map((each) => bytes(13, each)),
  ]);
  const others = Object.entries(domains).map(([name, version]) =>
    bytes(8, Buffer.concat([text(1, name), int(2, version)])),
  );
  return Buffer.concat([int(1, 8), bytes(7, graph), bytes(8, int(2, opset)), ...others]);
}
