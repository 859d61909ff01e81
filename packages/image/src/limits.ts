/** Limits of what a caller may ask for, each with its unit and its reason. */
export const IMAGE_LIMITS = {
  /** UTF-16 code units of a prompt; far more than the tags of any base, and bounds the search for the nearest tag. */
  promptLength: 4096,
  /** Largest seed: seeds are unsigned 32-bit integers, as in peel.json's previews. */
  seed: 0xffffffff,
} as const;
