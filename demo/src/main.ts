import { HELP, readOptions } from "./options.js";
import { endOnSignals, makeCleanup } from "./shutdown.js";
import { makeTempFolder } from "./temp-folder.js";
import { ndjsonReporter } from "./terminal/ndjson.js";
import { plainReporter } from "./terminal/plain.js";
import { makeSteps } from "./terminal/steps.js";

// onnxruntime 1.30 on Linux sends usage data to its maker and leaves a device id in ~/.cache and logs in the folder for
// temporary files, unless it is told not to before it is loaded.
process.env.ORT_DISABLE_TELEMETRY ??= "1";
const controller = new AbortController();
const cleanup = makeCleanup();
const finish = endOnSignals(controller, cleanup);
process.exitCode = await main();
await cleanup.run();
// Native threads of onnxruntime and open sockets must not keep the process.
process.exit();

/** Runs the demo; the exit status is 0 when every step went well, 2 for a wrong command line, else 1. */
async function main(): Promise<number> {
  let options: ReturnType<typeof readOptions>;
  try {
    options = readOptions(process.argv.slice(2), process.cwd());
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${HELP}`);
    return 2;
  }
  if (options === undefined) {
    process.stdout.write(HELP);
    return 0;
  }
  const color = process.stdout.isTTY === true && process.env.NO_COLOR === undefined;
  const reporter = options.json ? ndjsonReporter(process.stdout) : plainReporter(process.stdout, color);
  const start = performance.now();
  const temp = makeTempFolder(process.env.BANANA_PEEL_DEMO_TEMP);
  cleanup.add(temp.remove);
  reporter.start();
  const { signal } = controller;
  const steps = makeSteps(reporter, signal);
  try {
    // Loaded here, so that the first line doesn't wait for onnxruntime and the registry.
    const { runDemo } = await import("./steps/demo.js");
    const context = { options, temp: temp.path, env: process.env, cleanup, signal, steps };
    const running = runDemo(context, process.cwd());
    // What is under way ends, children included, before the folder goes.
    cleanup.add(() => running.then(nothing, nothing));
    const files = await running;
    finish();
    reporter.done(performance.now() - start, files);
    return 0;
  } catch (error) {
    // A step that failed was reported; anything else is a fault of the demo itself.
    if (!signal.aborted && !steps.failed) throw error;
    return 1;
  }
}

function nothing(): void {}
