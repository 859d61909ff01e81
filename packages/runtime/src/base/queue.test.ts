import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { Queue } from "./queue.js";

it("runs one work after the other, also after one that fails", async () => {
  const queue = new Queue();
  const order: string[] = [];
  const slow = queue.run(async () => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    order.push("slow");
    throw new Error("no");
  });
  const quick = queue.run(async () => order.push("quick"));
  await expect(slow).rejects.toThrow("no");
  await quick;
  expect(order).toEqual(["slow", "quick"]);
});

it("a work whose signal is aborted while it waits never starts, and those behind it still wait for what goes first", async () => {
  const queue = new Queue();
  const order: string[] = [];
  const controller = new AbortController();
  const slow = queue.run(async () => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    order.push("slow");
  });
  const dropped = queue.run(async () => order.push("dropped"), controller.signal);
  const last = queue.run(async () => order.push("last"));
  controller.abort(new Error("enough"));
  await expect(dropped).rejects.toThrow("enough");
  expect(order).toEqual([]);
  await Promise.all([slow, last]);
  expect(order).toEqual(["slow", "last"]);
});

it("holds no result of what has ended", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const queue = new Queue();
  const results: WeakRef<object>[] = [];
  for (let i = 0; i < 3; i++) results.push(new WeakRef(await queue.run(async () => ({ i }))));
  await new Promise((resolve) => setTimeout(resolve, 5));
  collect();
  expect(results.map((result) => result.deref())).toEqual([undefined, undefined, undefined]);
});
