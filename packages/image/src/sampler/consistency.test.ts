import { expect, test } from "vitest";
import { consistencySampler } from "./consistency.js";

const noises = [Float32Array.of(4, -4), Float32Array.of(1, 2), Float32Array.of(-8, 0.5)];

test("predicts, goes back with fresh noise, and returns the last x0", async () => {
  const seen: [number[], number][] = [];
  const steps: number[] = [];
  const result = await consistencySampler.sample({
    times: [1, 0.5, 0.25],
    noise: (stream) => noises[stream]!.slice(),
    predict: async (latent, time) => {
      seen.push([[...latent], time]);
      return latent.map((value) => value / 2);
    },
    onStep: (step) => steps.push(step),
  });
  expect(seen).toEqual([
    [[4, -4], 1],
    // 0.5 * [2,-2] + 0.5 * [1,2]
    [[1.5, 0], 0.5],
    // 0.75 * [0.75,0] + 0.25 * [-8,0.5]
    [[-1.4375, 0.125], 0.25],
  ]);
  expect([...result]).toEqual([-0.71875, 0.0625]);
  expect(steps).toEqual([1, 2, 3]);
});

test("one step is the model's answer to pure noise", async () => {
  const result = await consistencySampler.sample({
    times: [0.999],
    noise: (stream) => noises[stream]!.slice(),
    predict: async (latent) => latent.map((value) => value + 1),
    onStep: () => {},
  });
  expect([...result]).toEqual([5, -3]);
});

test("stops where predicting fails, and tells of no further step", async () => {
  const steps: number[] = [];
  const failing = consistencySampler.sample({
    times: [1, 0.5, 0.25],
    noise: () => Float32Array.of(0),
    predict: async (latent, time) => {
      if (time === 0.5) throw new Error("no more");
      return latent;
    },
    onStep: (step) => steps.push(step),
  });
  await expect(failing).rejects.toThrow("no more");
  expect(steps).toEqual([1]);
});
