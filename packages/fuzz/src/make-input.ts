import { Random } from "./random.js";
import type { FuzzTarget } from "./targets/target.js";

const seeds = new WeakMap<FuzzTarget, Promise<readonly Uint8Array[]>>();

/** The input of an iteration: the same for the same seed, whatever ran before. */
export async function makeInput(target: FuzzTarget, seed: string, iteration: number): Promise<Uint8Array> {
  let samples = seeds.get(target);
  if (samples === undefined) {
    samples = target.seeds();
    seeds.set(target, samples);
  }
  const all = await samples;
  const random = new Random(`${seed}/${target.name}/${iteration}`);
  return target.mutate(random.pick(all), random, random.pick(all));
}
