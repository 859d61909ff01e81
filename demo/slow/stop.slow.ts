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

/** No process and no file outside the output's folder. */
async function expectNothingOutside(): Promise<void> {
  // A killed process takes a moment to vanish.
  for (let i = 0; i < 20 && survivors(sandbox).length > 0; i++)
    await new Promise((resolve) => setTimeout(resolve, 100));
  expect({
    processes: survivors(sandbox),
    temp: readdirSync(sandbox.temp),
    home: readdirSync(sandbox.home),
  }).toEqual({ processes: [], temp: [], home: [] });
}

/** Nor anything but what was there before in it. */
async function expectNothingLeft(): Promise<void> {
  await expectNothingOutside();
  const out = readdirSync(sandbox.out).map((name) => [name, readFileSync(join(sandbox.out, name), "utf8")]);
  expect(Object.fromEntries(out)).toEqual(OLD);
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
    ["SIGTERM", 143, 5],
    ["SIGHUP", 129, 8],
  ] as const)("by %s (status %d) at step %s, it leaves nothing behind", async (signal, status, at) => {
    const child = startDemo(sandbox);
    const ended = await waitFor(child, ({ event, step }) => {
      const here = at === "start" ? event === "start" : event === "step-started" && step === at;
      if (here) setTimeout(() => child.kill(signal), 40);
    });
    const wrong = ended.events.filter(({ event }) => event === "done" || event === "step-failed");
    expect({ status: ended.status, wrong, errors: ended.errors }).toEqual({ status, wrong: [], errors: "" });
    await expectNothingLeft();
  });

  // The last step draws the sheet and puts the files in place, in an instant: the signal comes before that or after.
  test.each([0, 10, 30, 60, 100, 150])(
    "%d ms into the last step, all of it is done or nothing",
    async (ms) => {
      const child = startDemo(sandbox);
      const ended = await waitFor(child, ({ event, step }) => {
        if (event === "step-started" && step === 11) setTimeout(() => child.kill("SIGINT"), ms);
      });
      expect(ended.errors).toBe("");
      if (!ended.events.some(({ event }) => event === "done")) {
        expect(ended.status).toBe(130);
        return expectNothingLeft();
      }
      expect(ended.status).toBe(0);
      await expectNothingOutside();
      expect(readdirSync(sandbox.out).sort()).toEqual(Object.keys(OLD));
      expect(readFileSync(join(sandbox.out, "contact-sheet.png"), "latin1")).toContain("IEND");
      expect(readFileSync(join(sandbox.out, "index.html"), "utf8")).toContain("</html>");
      expect(readFileSync(join(sandbox.out, "mine.txt"), "utf8")).toBe("mine");
    },
  );

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
