/**
 * A row of the report. `ours` and `beside` are in `unit` and measured in the same run.
 * @param {{name: string, ours: number, beside: number, besideName: string, goal: string,
 *   met: (ratio: number, ours: number) => boolean, unit: string, note?: string}} of
 *   `goal` says in words what `met` decides from ratio = ours / beside
 */
export function row({ name, ours, beside, besideName, goal, met, unit, note }) {
  const ratio = ours / beside;
  return {
    name,
    ours: round(ours),
    beside: round(beside),
    besideName,
    ratio: round(ratio),
    goal,
    met: met(ratio, ours),
    unit,
    ...(note === undefined ? {} : { note }),
  };
}

const round = (value) => Number(value.toPrecision(4));
