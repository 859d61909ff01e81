import type { Sampler } from "./sampler.js";

/**
 * Multistep sampling of a consistency model on the straight path x_t = (1 - t) x0 + t noise: predict x0, go back to
 * the next time with fresh noise, and return the last x0. Song et al., "Consistency Models", arXiv:2303.01469,
 * algorithm 1; Luo et al., "Latent Consistency Models", arXiv:2310.04378, algorithm 3.
 */
export const consistencySampler: Sampler = {
  kind: "consistency",
  async sample({ times, noise, predict, onStep }) {
    let latent = noise(0);
    for (const [step, time] of times.entries()) {
      const x0 = await predict(latent, time);
      const next = times[step + 1];
      latent = next === undefined ? x0 : renoise(x0, noise(step + 1), next);
      onStep(step + 1);
    }
    return latent;
  },
};

/** (1 - t) x0 + t noise. */
function renoise(x0: Float32Array, noise: Float32Array, time: number): Float32Array {
  return noise.map((value, i) => (1 - time) * x0[i]! + time * value);
}
