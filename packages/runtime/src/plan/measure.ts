import type { Sums } from "../merge/types.js";
import type { Retention } from "./types.js";

/** Sums up how the change of a weight that is applied matches the one intended, in the order of the elements. */
export class Measure {
  /** <intended, intended> */
  #intended = 0;
  /** <applied, intended> */
  #product = 0;
  /** ||applied - intended||^2 */
  #rest = 0;
  #changed = false;

  /** Adds a row of both, in units of the weights. */
  add(update: Float64Array, applied: Float64Array, changed: boolean): void {
    let intended = this.#intended;
    let product = this.#product;
    let rest = this.#rest;
    for (let column = 0; column < update.length; column++) {
      const wanted = update[column]!;
      const given = applied[column]!;
      intended += wanted * wanted;
      product += given * wanted;
      rest += (given - wanted) * (given - wanted);
    }
    this.#intended = intended;
    this.#product = product;
    this.#rest = rest;
    this.#changed ||= changed;
  }

  /** True when something was intended and nothing changed. */
  get erased(): boolean {
    return !this.#changed && this.#intended !== 0;
  }

  get sums(): Sums {
    return { intended: this.#intended, product: this.#product, rest: this.#rest };
  }

  get retention(): Retention {
    if (this.#intended === 0) return { gain: 1, error: 0 };
    return { gain: this.#product / this.#intended, error: Math.sqrt(this.#rest / this.#intended) };
  }
}
