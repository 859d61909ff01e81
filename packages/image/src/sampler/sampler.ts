/** What a sampler is given for one picture. Arrays are [tokens, channels], row-major. */
export interface SampleTask {
  /** Times in (0,1], descending: one call of `predict` each. */
  readonly times: readonly number[];
  /** N(0,1), the same for the same number: 0 is the starting noise, j the fresh noise after step j. */
  noise(stream: number): Float32Array;
  /** The model's x0 for a noisy latent at a time. Rejects when the picture was cancelled. */
  predict(latent: Float32Array, time: number): Promise<Float32Array>;
  /** Is told of each finished step, counted from 1. */
  onStep(step: number): void;
}

/** A way from noise to a latent. Samplers keep no state between pictures. */
export interface Sampler {
  /** Name in the base card, `image.sampler.kind`. */
  readonly kind: string;
  /** The latent to decode, [tokens, channels]. */
  sample(task: SampleTask): Promise<Float32Array>;
}
