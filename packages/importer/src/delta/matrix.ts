import { elementCount, type Tensor, toFloat32 } from "@banana-peel/format";
import { invalid, unsupported } from "../errors.js";

/** A row-major float32 matrix; `tensor` is where it came from, while it is still that tensor's exact value. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float32Array;
  readonly tensor?: Tensor;
  /** Sizes of a convolution's kernel, whose positions are among the columns; undefined where all are 1. */
  readonly kernel?: readonly number[] | undefined;
}

/** A matrix of zeros. */
export function zeros(rows: number, columns: number): Matrix {
  return { rows, columns, data: new Float32Array(rows * columns) };
}

/** The identity. */
export function identity(size: number): Matrix {
  const matrix = zeros(size, size);
  for (let i = 0; i < size; i++) matrix.data[i * (size + 1)] = 1;
  return matrix;
}

/**
 * The product a b, summed in float64 and rounded once.
 * @throws RangeError when the inner sizes differ
 */
export function multiply(a: Matrix, b: Matrix): Matrix {
  if (a.columns !== b.rows) throw new RangeError(`[${a.rows},${a.columns}] x [${b.rows},${b.columns}]`);
  const product = zeros(a.rows, b.columns);
  const row = new Float64Array(b.columns);
  for (let i = 0; i < a.rows; i++) {
    row.fill(0);
    for (let t = 0; t < a.columns; t++) {
      const factor = a.data[i * a.columns + t]!;
      if (factor === 0) continue;
      for (let j = 0; j < b.columns; j++) row[j]! += factor * b.data[t * b.columns + j]!;
    }
    product.data.set(row, i * b.columns);
  }
  return product;
}

/** The transpose. */
export function transposed({ rows, columns, data }: Matrix): Matrix {
  const turned = zeros(columns, rows);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) turned.data[j * rows + i] = data[i * columns + j]!;
  return turned;
}

/** Rows [start, end) of a matrix. */
export function rowsOf(matrix: Matrix, start: number, end: number): Matrix {
  if (start === 0 && end === matrix.rows) return matrix;
  const { columns } = matrix;
  return { rows: end - start, columns, data: matrix.data.slice(start * columns, end * columns) };
}

/** Most sizes of a kernel. */
const KERNEL_AXES = 3;

/**
 * A tensor as a matrix; sizes of 1 after the second are dropped, so that a 1x1 convolution is a linear layer.
 * @param where name of the tensor for messages
 * @throws BananaError IMPORT_UNSUPPORTED for a kernel or an element type, IMPORT_INVALID
 */
export function toMatrix(tensor: Tensor, where: string): Matrix {
  const { kernel, ...matrix } = toKernels(tensor, where);
  if (kernel !== undefined)
    throw unsupported(
      "a kernel in this factor",
      where,
      `a kernel of [${kernel.join(",")}] belongs into the factor that reads the layer's input`,
      "Look at what wrote it; import the rest of it with `partial`.",
    );
  return matrix;
}

/**
 * A factor that may hold a convolution's kernel, [rows, channels, kernel], as a matrix [rows, channels * positions].
 * @param where name of the tensor for messages
 * @throws BananaError IMPORT_UNSUPPORTED for an element type, IMPORT_INVALID
 */
export function toKernels(tensor: Tensor, where: string): Matrix {
  const { shape } = tensor;
  const [rows, channels, ...kernel] = shape;
  if (!rows || !channels || kernel.includes(0) || kernel.length > KERNEL_AXES)
    throw invalid(where, `expected a matrix [rows,columns], found [${shape.join(",")}]`);
  const columns = kernel.reduce((product, size) => product * size, channels);
  const matrix = { rows, columns, data: finite(tensor, where), tensor };
  return kernel.every((size) => size === 1) ? matrix : { ...matrix, kernel };
}

/**
 * The elements of a tensor as finite float32 numbers.
 * @throws BananaError IMPORT_UNSUPPORTED for an element type, IMPORT_INVALID for NaN and infinities
 */
export function finite(tensor: Tensor, where: string): Float32Array {
  const data = toFloat32(tensor);
  if (data === undefined)
    throw unsupported(
      `${tensor.dtype} weights`,
      where,
      "only F32, F16 and BF16 are read exactly",
      "Save the LoRA in one of these types.",
    );
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw invalid(
      where,
      `expected finite numbers, found ${data[bad]} at element ${bad} of ${elementCount(tensor.shape)}`,
      "The training diverged or the file is damaged; take an earlier checkpoint.",
    );
  return data;
}

/**
 * The one number in a tensor, of any numeric type.
 * @throws BananaError IMPORT_INVALID
 */
export function scalar(tensor: Tensor, where: string): number {
  if (elementCount(tensor.shape) !== 1)
    throw invalid(where, `expected one number, found [${tensor.shape.join(",")}]`);
  const view = new DataView(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength);
  let value: number | undefined;
  if (tensor.dtype === "F64") value = view.getFloat64(0, true);
  else if (tensor.dtype === "I64") value = Number(view.getBigInt64(0, true));
  else if (tensor.dtype === "I32") value = view.getInt32(0, true);
  else value = toFloat32(tensor)?.[0];
  if (value === undefined || !Number.isFinite(value))
    throw invalid(where, `expected a finite number, found ${value ?? tensor.dtype}`);
  return value;
}
