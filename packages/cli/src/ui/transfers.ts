import { plural } from "./format.js";

/** What is being fetched or sent, all of it together. */
export interface Transfer {
  /** The peel's name and version, or how many of how many are whole. */
  readonly label: string;
  /** Bytes. */
  readonly received: number;
  /** Bytes, or undefined when a registry doesn't say how many will come. */
  readonly total: number | undefined;
  /** Bytes a second, of the last WINDOW milliseconds. */
  readonly rate: number;
}

/** Milliseconds that a speed is the mean of: long enough to be read, short enough to follow a network. */
const WINDOW = 4_000;
/** Milliseconds between two samples of it. */
const SAMPLE = 50;

/** Adds up the transfers of a command. What a download that is resumed had before counts as there, not as speed. */
export function transfers(now: () => number): {
  update(key: string, received: number, total: number | undefined): Transfer;
  finish(key: string): { readonly others: boolean };
} {
  const all = new Map<string, { received: number; total: number | undefined; whole: boolean }>();
  const samples: { time: number; moved: number }[] = [];
  let moved = 0;
  const underWay = () => [...all.values()].filter(({ whole }) => !whole).length;
  const label = (key: string) =>
    all.size === 1 ? key : `${all.size - underWay()} of ${plural(all.size, "peel")}`;
  return {
    update(key, received, total) {
      const before = all.get(key)?.received ?? received;
      moved += Math.max(0, received - before);
      all.set(key, { received, total, whole: false });
      const time = now();
      const last = samples.at(-1);
      if (last === undefined || time - last.time >= SAMPLE) samples.push({ time, moved });
      while (samples.length > 2 && time - samples[1]!.time >= WINDOW) samples.shift();
      const since = time - samples[0]!.time;
      const each = [...all.values()];
      return {
        label: label(key),
        received: each.reduce((sum, { received }) => sum + received, 0),
        total: each.reduce<number | undefined>(
          (sum, { total }) => (sum === undefined || total === undefined ? undefined : sum + total),
          0,
        ),
        rate: since > 0 ? ((moved - samples[0]!.moved) / since) * 1000 : 0,
      };
    },
    finish(key) {
      const found = all.get(key);
      if (found !== undefined) found.whole = true;
      return { others: underWay() > 0 };
    },
  };
}
