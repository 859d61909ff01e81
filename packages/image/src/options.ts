import { BananaError, type Image } from "@banana-peel/format";
import { IMAGE_LIMITS } from "./limits.js";

/** What a picture is asked for. */
export interface GenerateOptions {
  /** Tags and trigger words, separated by commas or spaces; "" names none. */
  readonly prompt: string;
  /** Unsigned 32-bit integer; default 0. The same seed and prompt on the same base and peels give the same picture. */
  readonly seed?: number;
  /** Calls of the backbone: one of the card's schedules; by default the card's. */
  readonly steps?: number;
  /** How closely to follow the prompt, within the card's bounds; by default the card's. */
  readonly guidance?: number;
  /**
   * Whether what the prompt leaves open is chosen by the seed from the base's completions, where it has them; default
   * true. The picture says which tags it added.
   */
  readonly complete?: boolean;
  readonly signal?: AbortSignal;
  /** Is told of each finished step, counted from 1. */
  readonly onStep?: (step: number, steps: number) => void;
}

/** Options as checked and completed from the card. */
export interface Settings {
  readonly seed: number;
  /** In (0,1], descending; one a step. */
  readonly times: readonly number[];
  readonly guidance: number;
}

/**
 * Checks what a picture is asked for against the card.
 * @throws BananaError INPUT_INVALID (seed, steps, guidance), PROMPT_INVALID (not text)
 */
export function readSettings(options: GenerateOptions, image: Image): Settings {
  const { schedules, defaultSteps, guidance: bounds } = image.sampler;
  const { prompt, seed = 0, steps = defaultSteps, guidance = bounds.default } = options;
  if (typeof prompt !== "string")
    throw new BananaError("PROMPT_INVALID", `expected the prompt as text, found ${typeof prompt}`, {
      where: "prompt",
      hint: 'Write tags, separated by commas; "" for none.',
    });
  if (!Number.isInteger(seed) || seed < 0 || seed > IMAGE_LIMITS.seed)
    throw invalid("seed", `expected an integer from 0 to ${IMAGE_LIMITS.seed}, found ${seed}`, "Choose one.");
  const times = Object.hasOwn(schedules, String(steps)) ? schedules[String(steps)] : undefined;
  if (times === undefined) {
    const known = Object.keys(schedules).join(", ");
    throw invalid(
      "steps",
      `expected one of ${known}, found ${steps}`,
      "Choose one of these numbers of steps.",
    );
  }
  if (!Number.isFinite(guidance) || guidance < bounds.min || guidance > bounds.max)
    throw invalid(
      "guidance",
      `expected a number from ${bounds.min} to ${bounds.max}, found ${guidance}`,
      `Leave it out for ${bounds.default}.`,
    );
  return { seed, times, guidance };
}

function invalid(where: string, message: string, hint: string): BananaError {
  return new BananaError("INPUT_INVALID", message, { where, hint });
}
