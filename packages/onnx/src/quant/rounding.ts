/**
 * Puts values on whole numbers. One is made per tensor; it may depend on an element's index, never on call order.
 */
export interface Rounding {
  readonly name: string;
  /**
   * Rounds in place.
   * @param values values in units of the grid's step
   * @param first index in the whole tensor, row-major, of the first value
   */
  round(values: Float64Array, first: number): void;
}

/** 1.5 * 2^52: adding and taking it away rounds a double of less than 2^51 to the nearest whole number, ties to even. */
const MAGIC = 6755399441055744;

/** To the nearest whole number, ties to even (IEEE 754 roundTiesToEven), as QuantizeLinear does. */
export const nearest: Rounding = {
  name: "nearest",
  round(values) {
    for (let i = 0; i < values.length; i++) values[i] = values[i]! + MAGIC - MAGIC;
  },
};
