import { expect, test } from "vitest";
import { makeCleanup } from "./shutdown.js";

test("undoes the last first, once, however often it is asked", async () => {
  const cleanup = makeCleanup();
  const order: string[] = [];
  cleanup.add(() => void order.push("first"));
  cleanup.add(async () => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    order.push("second");
  });
  const runs = [cleanup.run(), cleanup.run()];
  await Promise.all(runs);
  await cleanup.run();
  expect(order).toEqual(["second", "first"]);
});

test("goes on after a task that fails, throws or never ends", async () => {
  const cleanup = makeCleanup(20);
  const order: string[] = [];
  cleanup.add(() => void order.push("last"));
  cleanup.add(() => new Promise<void>(() => {}));
  cleanup.add(() => Promise.reject(new Error("no")));
  cleanup.add(() => {
    throw new Error("no");
  });
  await cleanup.run();
  expect(order).toEqual(["last"]);
});
