import { expect, it } from "vitest";
import { Slots } from "./slots.js";

it("runs so many at once, lets so many wait, and turns the others away", async () => {
  const slots = new Slots(2, 3);
  let running = 0;
  let most = 0;
  const ends: (() => void)[] = [];
  const task = async () => {
    most = Math.max(most, ++running);
    await new Promise<void>((resolve) => ends.push(resolve));
    running--;
    return "done";
  };
  const all = Array.from({ length: 7 }, () => slots.run(task));
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(running).toBe(2);
  while (ends.length > 0) {
    ends.shift()!();
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  expect(await Promise.all(all)).toEqual([...Array(5).fill("done"), undefined, undefined]);
  expect(most).toBe(2);
});

it("goes on after a task that fails", async () => {
  const slots = new Slots(1, 1);
  const failing = slots.run(async () => {
    throw new Error("as the test asks");
  });
  const waiting = slots.run(async () => 1);
  await expect(failing).rejects.toThrow("as the test asks");
  expect(await waiting).toBe(1);
  expect(await slots.run(async () => 2)).toBe(2);
});
