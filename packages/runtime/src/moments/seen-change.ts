import type { Retention } from "../plan/types.js";
import type { Moments } from "./types.js";

/**
 * Sums up how an applied change of a weight matches the intended one as the layer's outputs see it: with M the moments of
 * its input, <d, u> = trace(d^T M u).
 */
export class SeenChange {
  readonly #moments: Moments;
  readonly #n: number;
  /** F^T applied and F^T intended, [rank][n]. */
  readonly #applied: Float64Array;
  readonly #intended: Float64Array;
  #uu = 0;
  #du = 0;
  #rest = 0;
  #changed = false;
  #wanted = false;

  constructor(moments: Moments, n: number) {
    this.#moments = moments;
    this.#n = n;
    this.#applied = new Float64Array(moments.rank * n);
    this.#intended = new Float64Array(moments.rank * n);
  }

  /** Adds row `k` of both, in units of the weights. */
  add(k: number, update: Float64Array, applied: Float64Array, changed: boolean): void {
    const { diagonal, rank, factors } = this.#moments;
    let [uu, du, rest] = [0, 0, 0];
    for (let i = 0; i < this.#n; i++) {
      const [u, d] = [update[i]!, applied[i]!];
      uu += u * u;
      du += d * u;
      rest += (d - u) * (d - u);
    }
    this.#uu += diagonal[k]! * uu;
    this.#du += diagonal[k]! * du;
    this.#rest += diagonal[k]! * rest;
    this.#wanted ||= uu !== 0;
    this.#changed ||= changed;
    for (let r = 0; r < rank; r++) {
      const factor = factors[k * rank + r]!;
      const first = r * this.#n;
      for (let i = 0; i < this.#n; i++) {
        this.#applied[first + i]! += factor * applied[i]!;
        this.#intended[first + i]! += factor * update[i]!;
      }
    }
  }

  /** True when something was intended and nothing changed. */
  get erased(): boolean {
    return !this.#changed && this.#wanted;
  }

  get retention(): Retention {
    let [uu, du, rest] = [this.#uu, this.#du, this.#rest];
    this.#intended.forEach((u, i) => {
      const d = this.#applied[i]!;
      uu += u * u;
      du += d * u;
      rest += (d - u) * (d - u);
    });
    return uu === 0 ? { gain: 1, error: 0 } : { gain: du / uu, error: Math.sqrt(rest / uu) };
  }
}
