import type { BaseCard, Image } from "@banana-peel/format";
import { type Problem, problem } from "../problem.js";

/** base/sampler. Specification: docs/specification/base.md, Sampler. */
export function checkSampler(card: BaseCard, label: string): Problem[] {
  if (card.image === undefined) return [];
  return contradictions(card.image.sampler).map(([pointer, message, hint]) =>
    problem("base/sampler", { message, where: `${label}:/image/sampler${pointer}`, hint }),
  );
}

function contradictions(sampler: Image["sampler"]): [pointer: string, message: string, hint: string][] {
  const found: [string, string, string][] = [];
  for (const [steps, times] of Object.entries(sampler.schedules)) {
    const pointer = `/schedules/${steps}`;
    if (times.length !== Number(steps))
      found.push([
        pointer,
        `expected ${steps} times, found ${times.length}`,
        "Name the schedule by its steps.",
      ]);
    const rise = times.findIndex((time, index) => index > 0 && time >= times[index - 1]!);
    if (rise > 0)
      found.push([
        `${pointer}/${rise}`,
        `expected a time below ${times[rise - 1]}, found ${times[rise]}`,
        "Sort the times in descending order, each once.",
      ]);
  }
  const { defaultSteps, guidance } = sampler;
  if (!Object.hasOwn(sampler.schedules, String(defaultSteps)))
    found.push([
      "/defaultSteps",
      `expected one of the schedules ${Object.keys(sampler.schedules).join(", ")}, found ${defaultSteps}`,
      `Choose one of them, or add a schedule of ${defaultSteps} times.`,
    ]);
  if (!(guidance.min <= guidance.default && guidance.default <= guidance.max))
    found.push([
      "/guidance",
      `expected min <= default <= max, found ${guidance.min}, ${guidance.default}, ${guidance.max}`,
      "Correct the three numbers.",
    ]);
  return found;
}
