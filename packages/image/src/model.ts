import { BananaError, type Image } from "@banana-peel/format";
import type { ImageBase } from "./base.js";
import { runBackbone, runDecoder } from "./graphs.js";
import { normalNoise } from "./noise/normal.js";
import { type GenerateOptions, readSettings, type Settings } from "./options.js";
import { type Picture, toPicture } from "./pixels.js";
import { type Context, promptContext } from "./prompt/context.js";
import { collectTriggers } from "./prompt/triggers.js";
import type { PromptWarning } from "./prompt/warnings.js";
import { consistencySampler } from "./sampler/consistency.js";
import type { Sampler } from "./sampler/sampler.js";
import { readVocabulary } from "./vocabulary.js";

export type { GenerateOptions } from "./options.js";

/** What openImage takes beside the base. */
export interface ImageOptions {
  /** Samplers beside the built-in one (consistency); one of the same kind takes its place. */
  readonly samplers?: readonly Sampler[];
  readonly signal?: AbortSignal;
  /** Milliseconds of a monotonic clock; performance.now by default. */
  readonly now?: () => number;
}

/** A drawn picture. */
export interface GeneratedPicture extends Picture {
  /** The tags that it was drawn from: the prompt's in order, then those that complete it. */
  readonly tags: readonly string[];
  /** Those of `tags` that the prompt doesn't name. */
  readonly completed: readonly string[];
  /** What was not drawn as written. */
  readonly warnings: readonly PromptWarning[];
  /** Milliseconds from the call to the pixels. */
  readonly ms: number;
}

/** A base that draws. It holds no sessions of its own: dispose the base to release everything. */
export interface ImageModel {
  /** Width and height of the pictures, in pixels. */
  readonly size: number;
  /** The tags that the base knows, in the order of its vocabulary. */
  readonly tags: readonly string[];
  /** The numbers of steps that the card has a schedule for, ascending. */
  readonly steps: readonly number[];
  /**
   * Draws a picture with the peels in force.
   * @throws BananaError PROMPT_INVALID, INPUT_INVALID, SHAPE_MISMATCH (a trigger's embedding), CANCELLED (aborted, or
   *   other peels were put in force meanwhile), BASE_INVALID, RUN_FAILED, and what Base.run throws
   */
  generate(options: GenerateOptions): Promise<GeneratedPicture>;
}

/**
 * Opens a base for drawing: reads its image section, vocabulary and embeddings.
 * @throws BananaError BASE_INVALID (no image section, an unknown sampler, files that don't agree), and what
 *   Base.readFile throws
 */
export async function openImage(base: ImageBase, options: ImageOptions = {}): Promise<ImageModel> {
  const { image } = base.card;
  if (image === undefined)
    throw new BananaError("BASE_INVALID", "expected an image section in the base card, found none", {
      where: "base.json:/image",
      hint: "Open a base that draws pictures.",
    });
  const sampler = findSampler(image, options.samplers ?? []);
  const vocabulary = await readVocabulary(base, image, options.signal);
  const now = options.now ?? (() => performance.now());
  return {
    size: image.size,
    tags: [...vocabulary.rows.keys()],
    steps: Object.keys(image.sampler.schedules)
      .map(Number)
      .sort((a, b) => a - b),
    async generate(asked) {
      const start = now();
      const settings = readSettings(asked, image);
      const { rows, width } = image.conditioning;
      const triggers = collectTriggers(base.uses(), width);
      const completeBy = (asked.complete ?? true) ? settings.seed : undefined;
      const context = promptContext(asked.prompt, vocabulary, triggers, rows, completeBy);
      const picture = await draw(base, image, sampler, context, settings, asked);
      const { tags, completed, warnings } = context;
      return { ...picture, tags, completed, warnings, ms: now() - start };
    },
  };
}

async function draw(
  base: ImageBase,
  image: Image,
  sampler: Sampler,
  context: Context,
  { seed, times, guidance }: Settings,
  { signal, onStep }: GenerateOptions,
): Promise<Picture> {
  const { plan } = base.report();
  const check = () => {
    if (signal?.aborted) throw cancelled("the picture was cancelled", signal.reason);
    if (base.report().plan !== plan)
      throw cancelled("other peels were put in force while the picture was drawn");
  };
  const latent = await sampler.sample({
    times,
    noise: (stream) => normalNoise(seed, stream, image.latent.tokens * image.latent.channels),
    async predict(noisy, time) {
      check();
      const x0 = await runBackbone(
        base,
        image,
        { latent: noisy, time, guidance, context: context.data },
        signal,
      );
      check();
      return x0;
    },
    onStep: (step) => onStep?.(step, times.length),
  });
  check();
  const planes = await runDecoder(base, image, latent, signal);
  check();
  return toPicture(planes, image.size);
}

function findSampler(image: Image, samplers: readonly Sampler[]): Sampler {
  const known = [...samplers, consistencySampler];
  const found = known.find(({ kind }) => kind === image.sampler.kind);
  if (found === undefined)
    throw new BananaError(
      "BASE_INVALID",
      `expected a sampler of kind ${known.map(({ kind }) => kind).join(" or ")}, found ${image.sampler.kind}`,
      { where: "base.json:/image/sampler/kind", hint: "Hand the sampler in as an option of openImage." },
    );
  return found;
}

function cancelled(message: string, cause?: unknown): BananaError {
  return new BananaError("CANCELLED", `expected to finish, but ${message}`, {
    hint: "Draw it again.",
    ...(cause === undefined ? {} : { cause }),
  });
}
