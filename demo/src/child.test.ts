import { expect, test } from "vitest";
import { runCommand } from "./child.js";

const node = (script: string, signal = new AbortController().signal, env: NodeJS.ProcessEnv = {}) =>
  runCommand({
    name: process.execPath,
    args: ["-e", script],
    cwd: process.cwd(),
    env: { ...process.env, ...env },
    signal,
  });

test("gives back what was printed on both streams", async () => {
  expect(await node("console.log('out'); setTimeout(() => console.error('err'), 50)")).toBe("out\nerr\n");
});

test("hands the environment on", async () => {
  expect(await node("console.log(process.env.DEMO_WORD)", undefined, { DEMO_WORD: "banana" })).toBe(
    "banana\n",
  );
});

test("a status other than 0 is an error with what was printed", async () => {
  await expect(node("console.error('why'); process.exit(3)")).rejects.toThrow(/ended with 3:\nwhy$/);
});

test("a command that isn't there is an error", async () => {
  const signal = new AbortController().signal;
  await expect(
    runCommand({ name: "no-such-command-here", args: [], cwd: process.cwd(), env: process.env, signal }),
  ).rejects.toThrow(/ENOENT/);
});

test.each(["setTimeout(() => {}, 60000)", "process.on('SIGTERM', () => {}); setTimeout(() => {}, 60000)"])(
  "ends the command when told to: %s",
  async (script) => {
    const controller = new AbortController();
    const reason = new Error("stop");
    // Late enough for the handler to be there, even on a busy machine.
    setTimeout(() => controller.abort(reason), 2000);
    await expect(node(`console.log(process.pid); ${script}`, controller.signal)).rejects.toBe(reason);
  },
);

test("starts nothing after it was told to stop", async () => {
  await expect(node("", AbortSignal.abort(new Error("stop")))).rejects.toThrow("stop");
});
