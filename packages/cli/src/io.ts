import type { OnProgress } from "@banana-peel/client";
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

/**
 * Does work that Ctrl-C stops in good order: the work is told by the signal, and leaves nothing half-done. Shows
 * progress meanwhile. A second Ctrl-C ends the process at once.
 */
export async function interruptible<T>(
  io: Io,
  work: (context: { signal: AbortSignal; onProgress: OnProgress }) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  const abort = () => stop.abort();
  process.once("SIGINT", abort);
  process.once("SIGTERM", abort);
  const { onProgress, clear } = progressLine(io.stderr);
  try {
    return await work({ signal: stop.signal, onProgress });
  } finally {
    clear();
    process.off("SIGINT", abort);
    process.off("SIGTERM", abort);
  }
}
