import { MAX_PROBLEMS, type Problem, problem } from "../problem.js";
import type { AdapterUnderTest } from "./adapters.js";

/** peel/zero-effect and peel/zero-target. Specification: docs/specification/peel.md, Adapter. */
export function checkEffect({ file, inspected }: AdapterUnderTest): Problem[] {
  const { targets, embeddings, problems } = inspected;
  const idle = [...targets].filter(([, { isEffective }]) => !isEffective).map(([path]) => path);
  if (idle.length === 0) return [];
  const isSound = problems.every(({ severity }) => severity !== "error");
  if (idle.length === targets.size && embeddings.size === 0 && isSound)
    return [
      problem("peel/zero-effect", {
        message: `expected an adapter that changes something, found B A = 0 for all ${targets.size} targets`,
        where: file,
        hint: "Is this the file from before training? Export the trained adapter.",
      }),
    ];
  return idle.slice(0, MAX_PROBLEMS).map((path) =>
    problem("peel/zero-target", {
      message: "expected a target that changes, found B A = 0",
      where: `${file}:${path}`,
      hint: `Leave ${path} away.`,
    }),
  );
}
