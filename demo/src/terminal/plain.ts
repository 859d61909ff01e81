import { duration } from "../sheet/text.js";
import type { Failure, Reporter } from "./reporter.js";

/** Where the list is written. */
export interface TextOutput {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

const TITLE_WIDTH = 56;

/**
 * A plain list of steps. On a terminal the running step is shown and titles are coloured; in a pipe each step is one
 * line, and its details follow it.
 * @param color whether to use colours, as NO_COLOR and the terminal have it
 */
export function plainReporter(output: TextOutput, color: boolean): Reporter {
  const paint = (code: string, text: string) => (color ? `\u001b[${code}m${text}\u001b[0m` : text);
  const dim = (text: string) => paint("2", text);
  const clearLine = output.isTTY ? "\r\u001b[K" : "";
  const head = (number: number, title: string) => `${String(number).padStart(3)}  ${title}`;
  const timed = (number: number, title: string, right: string) =>
    `${clearLine}${head(number, title.padEnd(TITLE_WIDTH))} ${right.padStart(8)}\n`;
  return {
    start() {
      output.write(`${paint("1;33", "Banana Peel")}: a signed peel, from its author to a picture\n\n`);
    },
    stepStarted(number, title) {
      if (output.isTTY) output.write(`${head(number, title).slice(0, (output.columns ?? 80) - 4)} ...`);
    },
    stepDone(number, title, ms, details) {
      output.write(timed(number, title, duration(ms)));
      for (const detail of details.flatMap((text) => text.split("\n"))) output.write(`     ${dim(detail)}\n`);
    },
    stepFailed(number, title, _ms, failure) {
      output.write(timed(number, title, paint("1;31", "failed")));
      output.write(failureText(failure));
    },
    done(ms, { sheet, page }) {
      output.write(`\n${paint("1;32", "Done")} in ${duration(ms)}. Look at\n`);
      output.write(`  ${paint("1", sheet)}\n  ${paint("1", page)}\n`);
    },
  };
}

/** A failure in lines: code and message, where, and the mend. */
function failureText({ code, message, where, hint }: Failure): string {
  const lines = [code === undefined ? message : `${code}: ${message}`];
  if (where !== undefined) lines.push(`at ${where}`);
  if (hint !== undefined) lines.push(hint);
  return `\n${lines
    .flatMap((line) => line.split("\n"))
    .map((line) => `  ${line}\n`)
    .join("")}`;
}
