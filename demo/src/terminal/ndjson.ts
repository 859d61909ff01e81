import type { Reporter } from "./reporter.js";

/** One JSON object a line for every event: start, step-started, step, step-failed, done. Times in milliseconds. */
export function ndjsonReporter(output: { write(text: string): unknown }): Reporter {
  const emit = (event: string, facts: object = {}) =>
    output.write(`${JSON.stringify({ event, ...facts })}\n`);
  return {
    start: () => emit("start"),
    stepStarted: (step, title) => emit("step-started", { step, title }),
    stepDone: (step, title, ms, details) => emit("step", { step, title, ms: Math.round(ms), details }),
    stepFailed: (step, title, ms, error) => emit("step-failed", { step, title, ms: Math.round(ms), error }),
    done: (ms, files) => emit("done", { ms: Math.round(ms), ...files }),
  };
}
