import type { OnProgress } from "@banana-peel/client";
import { BananaError, isBananaError } from "@banana-peel/format";
import { type Colours, coloursFor } from "./ui/colours.js";
import { progressLine, type Terminal } from "./ui/progress.js";

/** Options that every command has. */
export interface CommonOptions {
  json?: boolean;
}

/** What a command may use of the world. */
export interface Io {
  readonly stdout: Terminal;
  readonly stderr: Terminal;
  readonly colours: Colours;
}

/** The streams of this process. */
export function processIo(): Io {
  return { stdout: process.stdout, stderr: process.stderr, colours: coloursFor(process.stdout) };
}

/** Prints a report: as JSON for programs, else as a text for people. */
export function print(io: Io, options: CommonOptions, report: unknown, text: () => string): void {
  io.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : text());
}

const SIGNALS = ["SIGINT", "SIGTERM"] as const;
const tooLate = () => {};

/**
 * Does work that Ctrl-C stops in good order: the work is told by the signal, and leaves nothing half-done. Shows
 * progress meanwhile. A second Ctrl-C ends the process at once. One that comes when the work is done changes nothing: the
 * report is printed, and the status says that it is done.
 * @param work `status` takes a line that says what is going on, for a terminal
 * @throws BananaError CANCELLED, and what `work` throws
 */
export async function interruptible<T>(
  io: Io,
  work: (context: {
    signal: AbortSignal;
    onProgress: OnProgress;
    status: (text: string) => void;
  }) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  const abort = () => stop.abort();
  for (const signal of SIGNALS) process.once(signal, abort);
  const { onProgress, status, clear } = progressLine(io.stderr);
  try {
    const result = await work({ signal: stop.signal, onProgress, status });
    for (const signal of SIGNALS)
      if (!process.listeners(signal).includes(tooLate)) process.once(signal, tooLate);
    return result;
  } catch (error) {
    if (!stop.signal.aborted || isBananaError(error)) throw error;
    throw new BananaError("CANCELLED", "stopped before the end; nothing was changed", { cause: error });
  } finally {
    clear();
    for (const signal of SIGNALS) process.off(signal, abort);
  }
}
