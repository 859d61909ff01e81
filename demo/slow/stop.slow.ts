import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { makeSandbox, type Sandbox, startDemo, survivors, waitFor } from "./sandbox.js";

const OLD = { "contact-sheet.png": "the old sheet", "index.html": "the old page", "mine.txt": "mine" };

let sandbox: Sandbox;
// The first run of the script may have to build, which it says.
beforeAll(async () => {
  const first = makeSandbox();
  expect((await waitFor(startDemo(first, ["--fast"]))).status).toBe(2);
  first.remove();
});
beforeEach(() => {
  sandbox = makeSandbox();
  for (const [name, text] of Object.entries(OLD)) writeFileSync(join(sandbox.out, name), text);
});
afterEach(() => sandbox.remove());

/** No process, no file outside, and the old output. */
async function expectNothingLeft(): Promise<void> {
  // A killed process takes a moment to vanish.
  for (let i = 0; i < 20 && survivors(sandbox).length > 0; i++)
    await new Promise((resolve) => setTimeout(resolve, 100));
  const out = readdirSync(sandbox.out).map((name) => [name, readFileSync(join(sandbox.out, name), "utf8")]);
  expect({
    processes: survivors(sandbox),
    temp: readdirSync(sandbox.temp),
    home: readdirSync(sandbox.home),
    out: Object.fromEntries(out),
  }).toEqual({ processes: [], temp: [], home: [], out: OLD });
}

describe("stopped", () => {
  test.each([
    ["SIGINT", 130, "start"],
    ["SIGINT", 130, 1],
    ["SIGINT", 130, 3],
    ["SIGINT", 130, 5],
    ["SIGINT", 130, 6],
    ["SIGINT", 130, 8],
    ["SIGINT", 130, 9],
    ["SIGINT", 130, 11],
    ["SIGTERM", 143, 5],
    ["SIGHUP", 129, 8],
  ] as const)("by %s (status %d) at step %s, it leaves nothing behind", async (signal, status, at) => {
    const child = startDemo(sandbox);
    const ended = await waitFor(child, ({ event, step }) => {
      const here = at === "start" ? event === "start" : event === "step-started" && step === at;
      // A little into the step, and at once in the last one, which is short.
      if (here) setTimeout(() => child.kill(signal), at === 11 ? 0 : 40);
    });
    const wrong = ended.events.filter(({ event }) => event === "done" || event === "step-failed");
    expect({ status: ended.status, wrong, errors: ended.errors }).toEqual({ status, wrong: [], errors: "" });
    await expectNothingLeft();
  });

  test("by Ctrl-C, which reaches every process of the terminal at once", async () => {
    const child = startDemo(sandbox);
    const ended = await waitFor(child, ({ event, step }) => {
      if (event === "step-started" && step === 5) setTimeout(() => process.kill(-child.pid!, "SIGINT"), 100);
    });
    expect(ended.status).toBe(130);
    await expectNothingLeft();
  });

  test("by two in a row", async () => {
    const child = startDemo(sandbox);
    const ended = await waitFor(child, ({ event, step }) => {
      if (event !== "step-started" || step !== 8) return;
      child.kill("SIGINT");
      setTimeout(() => child.kill("SIGINT"), 100);
    });
    expect(ended.status).toBe(130);
    await expectNothingLeft();
  });

  test("when the script that started it is killed", async () => {
    const child = startDemo(sandbox);
    await waitFor(child, ({ event, step }) => {
      if (event === "step-started" && step === 6) child.kill("SIGKILL");
    });
    await expectNothingLeft();
  });

  test("when nobody reads any more", async () => {
    const child = startDemo(sandbox);
    child.stdout!.once("data", () => child.stdout!.destroy());
    const status = await new Promise((resolve) => child.on("exit", resolve));
    expect(status).not.toBe(0);
    await expectNothingLeft();
  });
});

describe("failing", () => {
  test.each([
    ["a base that isn't there", ["--base", "no/such/base"]],
    ["a peel that isn't there", ["--peel", "no/such/peel"]],
    ["a folder for the output that can't be made", ["--out", "package.json/out"]],
  ])("%s ends with status 1, a message, and nothing left", async (_, args) => {
    const ended = await waitFor(startDemo(sandbox, args));
    expect(ended.status).toBe(1);
    const last = ended.events.at(-1)!;
    expect(last.event).toBe("step-failed");
    expect((last.error as { message: string }).message).not.toBe("");
    await expectNothingLeft();
  });

  test("a wrong option ends with status 2 and the help", async () => {
    const ended = await waitFor(startDemo(sandbox, ["--fast"]));
    expect(ended.status).toBe(2);
    expect(ended.errors).toContain("--fast");
    await expectNothingLeft();
  });
});
