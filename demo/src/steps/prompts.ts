import type { PeelManifest } from "@banana-peel/format";

/** What is drawn. */
export interface Request {
  readonly prompt: string;
  readonly seed: number;
  /** Undefined: as many as the base's card says. */
  readonly steps: number | undefined;
}

/** Pictures beside the main one. */
const MORE = 3;

/**
 * What to draw with a peel: what its previews were drawn with, the first as the main one. A peel without previews
 * that say so is shown by its trigger words. Where there are too few, the main prompt is drawn with other seeds.
 */
export function requestsOf(manifest: Pick<PeelManifest, "previews" | "triggers">): {
  readonly main: Request;
  readonly more: readonly Request[];
} {
  const found: Request[] = [];
  for (const { prompt, seed = 0, steps } of manifest.previews ?? []) {
    const isNew = !found.some((other) => other.prompt === prompt && other.seed === seed);
    if (prompt !== undefined && isNew) found.push({ prompt, seed, steps });
  }
  const words = (manifest.triggers ?? []).map(({ word }) => word).join(", ");
  const [main = { prompt: words, seed: 0, steps: undefined }, ...more] = found;
  for (let i = 1; more.length < MORE; i++) more.push({ ...main, seed: (main.seed + i) % 2 ** 32 });
  return { main, more: more.slice(0, MORE) };
}
