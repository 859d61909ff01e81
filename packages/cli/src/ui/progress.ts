import type { OnProgress, Progress } from "@banana-peel/client";
import { bytes, duration } from "./format.js";
import { type Transfer, transfers } from "./transfers.js";

/** A stream that may be a terminal. */
export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Milliseconds between two drawings. */
const INTERVAL = 80;
/** Characters of a bar at most, and where the line is full. */
const WIDTH = 24;
const NARROW = 8;
/** Characters of a name below which it says nothing. */
const SHORT_NAME = 6;
const GAP = "  ";
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
  const { update, finish } = transfers(now);
  let drawn = Number.NEGATIVE_INFINITY;
  // A full line would make some terminals begin the next.
  const columns = () => (terminal.columns || 80) - 1;
  const draw = (text: string, force: boolean) => {
    if (!force && now() - drawn < INTERVAL) return;
    drawn = now();
    terminal.write(CLEAR + text.slice(0, columns()));
  };
  return {
    onProgress: (progress: Progress) => {
      if (progress.kind === "resolving") return draw(`looking for ${progress.names.join(", ")}`, true);
      const key = `${progress.name}@${progress.version}`;
      if (progress.kind === "verified") {
        // While others come in, theirs is the line.
        if (!finish(key).others) draw(`verified ${key}`, true);
        return;
      }
      const { received, total } = progress;
      draw(line(update(key, received, total), columns()), received === total);
    },
    status: (text) => draw(text, false),
    clear: () => {
      if (drawn > Number.NEGATIVE_INFINITY) terminal.write(CLEAR);
    },
  };
}

/** Amount, speed and time left as they are; the bar and the name take what room there is. */
function line({ label, received, total, rate }: Transfer, columns: number): string {
  const speed = rate > 0 ? `  ${bytes(rate)}/s` : "";
  if (total === undefined || total <= 0) return fitted(label, `${bytes(received)}${speed}`, columns);
  const left = rate > 0 && received < total ? `  ${duration(((total - received) / rate) * 1000)} left` : "";
  const said = `${bytes(received)} of ${bytes(total)}${speed}${left}`;
  const room = columns - said.length - GAP.length;
  const width = Math.max(NARROW, Math.min(WIDTH, room - label.length - GAP.length));
  const filled = Math.min(width, Math.floor((width * received) / total));
  const bar = "█".repeat(filled) + "░".repeat(width - filled);
  return room < width ? said : `${fitted(label, bar, room)}${GAP}${said}`;
}

/** A name before what is said of it, cut where both don't fit. */
function fitted(name: string, said: string, columns: number): string {
  const room = columns - said.length - GAP.length;
  if (room < SHORT_NAME) return said;
  return `${name.length > room ? `${name.slice(0, room - 1)}…` : name}${GAP}${said}`;
}
