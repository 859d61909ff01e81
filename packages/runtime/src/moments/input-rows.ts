/** Rows of an input that are kept to find directions in; the diagonal is of all. */
const MOST_ROWS = 2048;

/** What a layer reads, row by row: the sum of squares of all rows, and rows spread evenly over them. */
export class InputRows {
  readonly k: number;
  /** Sum of x^2, [K]. */
  readonly squares: Float64Array;
  count = 0;
  #every = 1;
  #kept: Float32Array[] = [];

  constructor(k: number) {
    this.k = k;
    this.squares = new Float64Array(k);
  }

  /** Adds [rows, K]. */
  add(values: Float32Array): void {
    for (let at = 0; at + this.k <= values.length; at += this.k) {
      for (let i = 0; i < this.k; i++) this.squares[i]! += values[at + i]! * values[at + i]!;
      if (this.count++ % this.#every === 0) this.#keep(values.slice(at, at + this.k));
    }
  }

  /** The rows that were kept; at most MOST_ROWS. */
  get kept(): readonly Float32Array[] {
    return this.#kept;
  }

  #keep(row: Float32Array): void {
    this.#kept.push(row);
    if (this.#kept.length < MOST_ROWS) return;
    this.#kept = this.#kept.filter((_, i) => i % 2 === 0);
    this.#every *= 2;
  }
}
