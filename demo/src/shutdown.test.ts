import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { endOnSignals, makeCleanup } from "./shutdown.js";

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

describe("told to stop", () => {
  const before = new Set(process.listeners("SIGINT"));
  const exit = vi.spyOn(process, "exit");
  beforeEach(() => void exit.mockReset().mockImplementation((() => {}) as never));
  afterEach(() => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "disconnect"] as const)
      for (const listener of process.listeners(signal as "SIGINT"))
        if (!before.has(listener)) process.off(signal, listener);
  });

  test("aborts, cleans up, and exits with the first signal's status", async () => {
    const controller = new AbortController();
    const cleanup = makeCleanup();
    const cleaned = vi.fn();
    cleanup.add(cleaned);
    endOnSignals(controller, cleanup);
    process.emit("SIGTERM");
    process.emit("SIGINT");
    await vi.waitFor(() => expect(exit).toHaveBeenCalled());
    expect(exit.mock.calls).toEqual([[143]]);
    expect(controller.signal.aborted).toBe(true);
    expect(cleaned).toHaveBeenCalledOnce();
  });

  test("no longer changes what is finished", async () => {
    const controller = new AbortController();
    const finish = endOnSignals(controller, makeCleanup());
    finish();
    process.emit("SIGINT");
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(controller.signal.aborted).toBe(false);
    expect(exit).not.toHaveBeenCalled();
  });
});
