/** TensorProto.DataType numbers that are used here (onnx.proto). */
export const DATA_TYPE = {
  float: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  float16: 10,
  bfloat16: 16,
  uint4: 21,
  int4: 22,
} as const;

const INFO = new Map<number, { name: string; bits: number }>([
  [1, { name: "float32", bits: 32 }],
  [2, { name: "uint8", bits: 8 }],
  [3, { name: "int8", bits: 8 }],
  [4, { name: "uint16", bits: 16 }],
  [5, { name: "int16", bits: 16 }],
  [6, { name: "int32", bits: 32 }],
  [7, { name: "int64", bits: 64 }],
  [8, { name: "string", bits: 0 }],
  [9, { name: "bool", bits: 8 }],
  [10, { name: "float16", bits: 16 }],
  [11, { name: "float64", bits: 64 }],
  [12, { name: "uint32", bits: 32 }],
  [13, { name: "uint64", bits: 64 }],
  [16, { name: "bfloat16", bits: 16 }],
  [21, { name: "uint4", bits: 4 }],
  [22, { name: "int4", bits: 4 }],
]);

/** Name of a data type as onnxruntime's JavaScript API spells it, or its number. */
export function dataTypeName(dataType: number): string {
  return INFO.get(dataType)?.name ?? `data type ${dataType}`;
}

/** Bytes of `count` elements, 4-bit ones packed two a byte; undefined for text and types that aren't known here. */
export function dataTypeBytes(dataType: number, count: number): number | undefined {
  const bits = INFO.get(dataType)?.bits;
  return bits ? Math.ceil((count * bits) / 8) : undefined;
}
