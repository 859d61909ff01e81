import { isBananaError } from "@banana-peel/format";
import type { DemoStep } from "../report.js";
import type { Failure, Reporter } from "./reporter.js";

/** Adds a line that is shown below the step when it ends. */
export type Tell = (line: string) => void;

/** Runs steps one after another, times and reports them. */
export interface Steps {
  /** The steps that have ended well. */
  readonly done: readonly DemoStep[];
  /** True once a step has failed and was reported. */
  readonly failed: boolean;
  /**
   * Runs one step.
   * @throws what `work` throws, after it was reported; nothing is reported once the demo was told to stop
   */
  run<T>(title: string, work: (tell: Tell) => Promise<T>): Promise<T>;
}

/** Steps over a reporter. `signal` aborts between steps. */
export function makeSteps(reporter: Reporter, signal: AbortSignal, now = () => performance.now()): Steps {
  const done: DemoStep[] = [];
  let failed = false;
  return {
    done,
    get failed() {
      return failed;
    },
    async run(title, work) {
      signal.throwIfAborted();
      const number = done.length + 1;
      const details: string[] = [];
      const start = now();
      reporter.stepStarted(number, title);
      try {
        const result = await work((line) => details.push(line));
        signal.throwIfAborted();
        const ms = now() - start;
        done.push({ title, ms, details });
        reporter.stepDone(number, title, ms, details);
        return result;
      } catch (error) {
        if (!signal.aborted) {
          failed = true;
          reporter.stepFailed(number, title, now() - start, asFailure(error));
        }
        throw error;
      }
    },
  };
}

/** What there is to say about any thrown value. */
export function asFailure(error: unknown): Failure {
  if (isBananaError(error))
    return { code: error.code, message: error.message, where: error.where, hint: error.hint };
  return { code: undefined, message: error instanceof Error ? error.message : String(error) };
}
