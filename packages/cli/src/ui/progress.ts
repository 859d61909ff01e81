import type { OnProgress, Progress } from "@banana-peel/client";
import { bytes, duration } from "./format.js";

/** A stream that may be a terminal. */
export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Milliseconds between two drawings. */
const INTERVAL = 80;
const WIDTH = 24;
const CLEAR = "\r\u001b[K";

/**
 * One line on a terminal that says what is going on, how fast, and how long it will still take; silent elsewhere.
 * @returns the receiver, and what clears the line when the work has ended
 */
export function progressLine(
  terminal: Terminal,
  now: () => number = () => performance.now(),
): { onProgress: OnProgress; status: (text: string) => void; clear: () => void } {
  const silent = () => undefined;
  if (!terminal.isTTY) return { onProgress: silent, status: silent, clear: silent };
  const downloads = new Map<string, { began: number; received: number; total: number | undefined }>();
  let drawn = Number.NEGATIVE_INFINITY;
  const draw = (text: string, force: boolean) => {
    if (!force && now() - drawn < INTERVAL) return;
    drawn = now();
    terminal.write(CLEAR + text.slice(0, (terminal.columns ?? 80) - 1));
  };
  return {
    onProgress: (progress: Progress) => {
      if (progress.kind === "resolving") return draw(`looking for ${progress.names.join(", ")}`, true);
      const key = `${progress.name}@${progress.version}`;
      if (progress.kind === "verified") {
        downloads.delete(key);
        return draw(`verified ${key}`, true);
      }
      const { received, total } = progress;
      const began = downloads.get(key)?.began ?? now();
      downloads.set(key, { began, received, total });
      draw(line(key, received, total, now() - began), received === total);
    },
    status: (text) => draw(text, false),
    clear: () => {
      if (drawn > Number.NEGATIVE_INFINITY) terminal.write(CLEAR);
    },
  };
}

function line(key: string, received: number, total: number | undefined, milliseconds: number): string {
  const rate = milliseconds > 0 ? (received / milliseconds) * 1000 : 0;
  const speed = rate > 0 ? `  ${bytes(rate)}/s` : "";
  if (total === undefined || total <= 0) return `${key}  ${bytes(received)}${speed}`;
  const filled = Math.min(WIDTH, Math.floor((WIDTH * received) / total));
  const bar = "█".repeat(filled) + "░".repeat(WIDTH - filled);
  const left = rate > 0 && received < total ? `  ${duration(((total - received) / rate) * 1000)} left` : "";
  return `${key}  ${bar}  ${bytes(received)} of ${bytes(total)}${speed}${left}`;
}
