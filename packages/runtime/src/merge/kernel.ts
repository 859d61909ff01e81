import type { Plane } from "@banana-peel/onnx";
import { KERNEL } from "./generated/kernel.js";
import { Places } from "./memory.js";
import type { Folded, FoldTask, Sums } from "./types.js";

/** Exports of packages/runtime/kernel. */
interface Exports {
  readonly memory: WebAssembly.Memory;
  heap(): number;
  job(): number;
  fold(): void;
  measure(): void;
  differs(bytes: number): number;
}

/** 32-bit fields of the kernel's Job before its sums. */
const FIELDS = 32;
const ALONG = { tensor: 0, rows: 1, columns: 2, "row-blocks": 3, "column-blocks": 4 } as const;

let compiled: Promise<WebAssembly.Module> | undefined;

/** The kernel in a memory of its own. Not for use by two at a time. */
export class Kernel {
  readonly #exports: Exports;
  readonly #places: Places;
  #task: FoldTask | undefined;
  #right = { right: 0, rightFloats: 0, rightNorms: 0, rightWords: 0, rightShifts: 0 };
  #chunk: Chunk | undefined;

  private constructor(exports: Exports) {
    this.#exports = exports;
    this.#places = new Places(exports.memory, exports.heap());
  }

  static async create(): Promise<Kernel> {
    compiled ??= WebAssembly.compile(Uint8Array.from(atob(KERNEL), (char) => char.charCodeAt(0)));
    const { exports } = await WebAssembly.instantiate(await compiled);
    return new Kernel(exports as unknown as Exports);
  }

  /**
   * Folds rows of a task.
   * @param fill puts their stored bytes into the place that it is given
   * @returns views that the next call overwrites
   */
  fold(
    task: FoldTask,
    first: number,
    rows: number,
    fill: (place: Uint8Array) => void,
    measure: boolean,
  ): Folded {
    if (this.#task !== task) this.#load(task);
    const { plane, rank, left, seed } = task;
    const chunk = this.#room(rows);
    const bytes = rows * plane.stride;
    const { buffer } = this.#exports.memory;
    fill(new Uint8Array(buffer, chunk.src, bytes));
    const dst = new Uint8Array(buffer, chunk.dst, bytes);
    // What pads a row stays as it is.
    dst.set(new Uint8Array(buffer, chunk.src, bytes));
    this.#factors(rank, left.subarray(first * rank, (first + rows) * rank), chunk.left, chunk.leftFloats);
    this.#scales(plane, first, rows, chunk);
    const fields: Record<(typeof ORDER)[number], number> = {
      ...this.#right,
      ...chunk,
      rows,
      columns: plane.columns,
      rank,
      padded: padded(rank),
      bits: plane.bits,
      signed: Number(plane.signed),
      min: plane.min,
      max: plane.max,
      stride: plane.stride,
      along: ALONG[plane.along],
      blockSize: plane.blockSize,
      rounding: Number(seed !== undefined),
      seedLow: seed?.low ?? 0,
      seedHigh: seed?.high ?? 0,
      // Elements are counted in [K,N], row-major, however they are stored.
      index: plane.turned ? first : first * plane.columns,
      indexRow: plane.turned ? 1 : plane.columns,
      indexColumn: plane.turned ? plane.rows : 1,
      exact: 0,
    };
    new Int32Array(buffer, this.#exports.job(), FIELDS).set(ORDER.map((name) => fields[name]));
    this.#exports.fold();
    return {
      bytes: dst,
      changed: this.#exports.differs(bytes) !== 0,
      sums: measure ? this.#sums() : undefined,
    };
  }

  #sums(): Sums {
    this.#exports.measure();
    const at = this.#exports.job() + 4 * FIELDS;
    const [intended, product, rest] = new Float64Array(this.#exports.memory.buffer, at, 3);
    return { intended: intended!, product: product!, rest: rest! };
  }

  /** Puts what all rows of a task share into the memory. */
  #load(task: FoldTask): void {
    const { plane, rank, right } = task;
    const { columns } = plane;
    this.#task = undefined;
    this.#chunk = undefined;
    this.#places.clear();
    const take = (bytes: number) => this.#places.take(bytes);
    this.#right = {
      right: take(8 * columns * rank),
      rightFloats: take(4 * columns * padded(rank)),
      rightNorms: take(4 * columns),
      rightWords: take(2 * Math.ceil(columns / 8) * 8 * padded(rank)),
      rightShifts: take(4 * Math.ceil(columns / 8)),
    };
    this.#factors(rank, right, this.#right.right, this.#right.rightFloats);
    this.#task = task;
  }

  /** Room for `rows` rows; it stays for the task, so its works should be of about one size. */
  #room(rows: number): Chunk {
    if (this.#chunk !== undefined && this.#chunk.rows >= rows) return this.#chunk;
    const { plane, rank } = this.#task!;
    const take = (bytes: number) => this.#places.take(bytes);
    const scales = 4 * scaleCount(plane, rows);
    this.#chunk = {
      rows,
      src: take(rows * plane.stride),
      dst: take(rows * plane.stride),
      scales: take(scales),
      inverses: take(scales),
      left: take(8 * rows * rank),
      leftFloats: take(4 * rows * padded(rank)),
      leftNorms: take(4 * rows),
      leftWords: take(2 * Math.ceil(rows / 4) * 4 * padded(rank)),
      leftShifts: take(4 * Math.ceil(rows / 4)),
    };
    return this.#chunk;
  }

  #factors(rank: number, values: Float64Array, doubles: number, floats: number): void {
    const { buffer } = this.#exports.memory;
    new Float64Array(buffer, doubles, values.length).set(values);
    const width = padded(rank);
    const count = values.length / rank;
    const out = new Float32Array(buffer, floats, count * width);
    if (width === rank) out.set(values);
    else {
      out.fill(0);
      for (let i = 0; i < count; i++)
        for (let r = 0; r < rank; r++) out[i * width + r] = values[i * rank + r]!;
    }
  }

  #scales(plane: Plane, first: number, rows: number, chunk: Chunk): void {
    const own = scalesOf(plane, first, rows);
    const { buffer } = this.#exports.memory;
    new Float32Array(buffer, chunk.scales, own.length).set(own);
    const inverses = new Float32Array(buffer, chunk.inverses, own.length);
    for (let i = 0; i < own.length; i++) inverses[i] = own[i] === 0 ? 0 : 1 / own[i]!;
  }
}

/** Places of what belongs to some rows of a task. */
interface Chunk {
  /** How many. */
  readonly rows: number;
  readonly src: number;
  readonly dst: number;
  readonly scales: number;
  readonly inverses: number;
  readonly left: number;
  readonly leftFloats: number;
  readonly leftNorms: number;
  readonly leftWords: number;
  readonly leftShifts: number;
}

/** The kernel's Job, field by field. */
const ORDER = [
  ...(["rows", "columns", "rank", "padded", "bits", "signed", "min", "max", "src", "dst", "stride"] as const),
  ...(["along", "blockSize", "scales", "inverses", "left", "right", "leftFloats", "rightFloats"] as const),
  ...(["leftNorms", "rightNorms", "leftWords", "rightWords", "leftShifts", "rightShifts"] as const),
  ...(["rounding", "seedLow", "seedHigh", "index", "indexRow", "indexColumn", "exact"] as const),
] as const;

function padded(rank: number): number {
  return Math.ceil(rank / 4) * 4;
}

function scaleCount(plane: Plane, rows: number): number {
  const { along, columns, blockSize } = plane;
  if (along === "row-blocks") return Math.ceil(rows / blockSize) * columns;
  if (along === "column-blocks") return rows * Math.ceil(columns / blockSize);
  return along === "tensor" ? 1 : along === "rows" ? rows : columns;
}

/** The scales of some rows; with blocks of rows, they must start at a block or lie within one. */
function scalesOf(plane: Plane, first: number, rows: number): Float32Array {
  const { along, columns, blockSize, scales } = plane;
  const count = scaleCount(plane, rows);
  if (along === "row-blocks") {
    const start = Math.floor(first / blockSize) * columns;
    return scales.subarray(start, start + count);
  }
  if (along === "column-blocks") {
    const blocks = Math.ceil(columns / blockSize);
    return scales.subarray(first * blocks, first * blocks + count);
  }
  return along === "rows" ? scales.subarray(first, first + count) : scales;
}
