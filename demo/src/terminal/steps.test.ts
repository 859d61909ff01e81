import { BananaError } from "@banana-peel/format";
import { expect, test } from "vitest";
import { ndjsonReporter } from "./ndjson.js";
import { plainReporter } from "./plain.js";
import type { Reporter } from "./reporter.js";
import { makeSteps } from "./steps.js";

const clock = () => {
  let time = 0;
  return () => (time += 1500);
};
const output = (isTTY = false) => {
  const written: string[] = [];
  return { write: (text: string) => written.push(text), isTTY, columns: 80, text: () => written.join("") };
};
const demo = async (reporter: Reporter, controller = new AbortController()) => {
  const steps = makeSteps(reporter, controller.signal, clock());
  reporter.start();
  await steps.run("First", async (tell) => tell("one\ntwo"));
  await steps
    .run("Second", async () => {
      throw new BananaError("PEEL_UNKNOWN", "expected a peel, found none", {
        where: "x",
        hint: "Look again.",
      });
    })
    .catch(() => {});
  return steps;
};

test("in a pipe: one line a step, details below, no control characters", async () => {
  const to = output();
  await demo(plainReporter(to, false));
  expect(to.text()).toBe(`Banana Peel: a signed peel, from its author to a picture

  1  First                                                       1.5 s
     one
     two
  2  Second                                                     failed

  PEEL_UNKNOWN: expected a peel, found none
  at x
  Look again.
`);
});

test("on a terminal: the running step is shown and then replaced", async () => {
  const to = output(true);
  await demo(plainReporter(to, true));
  expect(to.text()).toContain("  1  First ...\r\u001b[K  1  First  ");
  expect(to.text()).toContain("\u001b[1;31mfailed\u001b[0m");
});

test("as NDJSON: every line is an event", async () => {
  const to = output();
  const steps = await demo(ndjsonReporter(to));
  const events = to
    .text()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(events).toEqual([
    { event: "start" },
    { event: "step-started", step: 1, title: "First" },
    { event: "step", step: 1, title: "First", ms: 1500, details: ["one\ntwo"] },
    { event: "step-started", step: 2, title: "Second" },
    {
      event: "step-failed",
      step: 2,
      title: "Second",
      ms: 1500,
      error: {
        code: "PEEL_UNKNOWN",
        message: "expected a peel, found none",
        where: "x",
        hint: "Look again.",
      },
    },
  ]);
  expect(steps.failed).toBe(true);
  expect(steps.done).toEqual([{ title: "First", ms: 1500, details: ["one\ntwo"] }]);
});

test("ends with where to look", () => {
  const to = output();
  plainReporter(to, false).done(12_345, { sheet: "out/a.png", page: "out/b.html" });
  expect(to.text()).toBe("\nDone in 12.3 s. Look at\n  out/a.png\n  out/b.html\n");
});

test("told to stop, it starts no further step and reports none as failed", async () => {
  const to = output();
  const controller = new AbortController();
  const steps = makeSteps(ndjsonReporter(to), controller.signal);
  await expect(
    steps.run("First", async () => {
      controller.abort(new Error("stop"));
    }),
  ).rejects.toThrow("stop");
  await expect(steps.run("Second", async () => {})).rejects.toThrow("stop");
  expect(to.text()).not.toContain("failed");
  expect(to.text()).not.toContain("Second");
  expect(steps.failed).toBe(false);
});
