/** TensorProto.DataType numbers that are used here (onnx.proto). */
export const DATA_TYPE = { float: 1, uint8: 2, int8: 3 } as const;

const INFO = new Map<number, { name: string; bytes: number }>([
  [1, { name: "float32", bytes: 4 }],
  [2, { name: "uint8", bytes: 1 }],
  [3, { name: "int8", bytes: 1 }],
  [4, { name: "uint16", bytes: 2 }],
  [5, { name: "int16", bytes: 2 }],
  [6, { name: "int32", bytes: 4 }],
  [7, { name: "int64", bytes: 8 }],
  [8, { name: "string", bytes: 0 }],
  [9, { name: "bool", bytes: 1 }],
  [10, { name: "float16", bytes: 2 }],
  [11, { name: "float64", bytes: 8 }],
  [12, { name: "uint32", bytes: 4 }],
  [13, { name: "uint64", bytes: 8 }],
  [16, { name: "bfloat16", bytes: 2 }],
]);

/** Name of a data type as onnxruntime's JavaScript API spells it, or its number. */
export function dataTypeName(dataType: number): string {
  return INFO.get(dataType)?.name ?? `data type ${dataType}`;
}

/** Bytes of one element; undefined for types of other than whole bytes (text, 4-bit, 8-bit floats). */
export function dataTypeBytes(dataType: number): number | undefined {
  return INFO.get(dataType)?.bytes || undefined;
}
