/**
 * A row of the report. `ours` and `beside` are in `unit` and measured in the same run.
 * @param {{name: string, ours: number, beside: number, besideName: string, goal?: string,
 *   met?: (ratio: number, ours: number) => boolean, unit: string, note?: string, ratio?: number}} of
 *   `goal` says in words what `met` decides from the ratio; a row that is only shown has neither, and null for both.
 *   `ratio` is ours / beside, or a better estimate of it: the median of the ratios of single turns
 */
export function row({ name, ours, beside, besideName, goal, met, unit, note, ratio = ours / beside }) {
  if ((goal === undefined) !== (met === undefined))
    throw new Error(`${name}: a goal and what meets it go together`);
  return {
    name,
    ours: round(ours),
    beside: round(beside),
    besideName,
    ratio: round(ratio),
    goal: goal ?? null,
    met: met === undefined ? null : met(ratio, ours),
    unit,
    ...(note === undefined ? {} : { note }),
  };
}

const round = (value) => Number(value.toPrecision(4));
