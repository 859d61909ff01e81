import { encodePng, type GeneratedPicture, type ImageModel } from "@banana-peel/image";
import type { Base, LoadedPeel, Report, Strategy } from "@banana-peel/runtime";
import type { DemoPicture } from "../report.js";
import type { Request } from "./prompts.js";

/** A picture with its pixels, for comparing. */
export interface Drawn extends DemoPicture {
  readonly pixels: Uint8ClampedArray;
  readonly warnings: GeneratedPicture["warnings"];
}

/** Draws with whatever is in force. */
export async function draw(
  model: ImageModel,
  { prompt, seed, steps }: Request,
  state: Pick<DemoPicture, "weight" | "how">,
  signal: AbortSignal,
): Promise<Drawn> {
  const picture = await model.generate({ prompt, seed, signal, ...(steps === undefined ? {} : { steps }) });
  const { pixels, warnings, width, ms } = picture;
  return { ...state, png: encodePng(picture), size: width, ms, pixels, warnings };
}

/** Puts a peel in force by one strategy for every target. */
export function apply(
  base: Base,
  peel: LoadedPeel,
  weight: number,
  strategy: Strategy,
  signal: AbortSignal,
): Promise<Report> {
  return base.setPeels([{ peel, weight }], { strategy, signal });
}

/**
 * Holds two pictures against each other.
 * @throws Error when a byte differs
 */
export function requireSame(first: Drawn, last: Drawn): void {
  const differing = first.pixels.reduce((count, byte, i) => count + (byte === last.pixels[i] ? 0 : 1), 0);
  if (differing > 0 || first.pixels.length !== last.pixels.length)
    throw new Error(
      `expected the picture after the peel was taken off to equal the first byte for byte, found ${differing} of ${first.pixels.length} bytes to differ`,
    );
}

/**
 * Makes sure that a peel shows: its picture is not the base's.
 * @throws Error when every byte is the same
 */
export function requireDifferent(without: Drawn, withPeel: Drawn): void {
  if (without.pixels.every((byte, i) => byte === withPeel.pixels[i]))
    throw new Error(
      `expected the peel ${withPeel.how} at weight ${withPeel.weight} to change the picture, found the same bytes`,
    );
}

/** The middle of some numbers; of an even count, the upper of the two in the middle. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
