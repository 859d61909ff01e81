import { main } from "./cli/main.js";

const stopped = new Promise<void>((resolve) => {
  // Not once(): signal-exit, a dependency of Verdaccio's, ends the process when it finds no listener but its own.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => resolve());
});
process.exitCode = await main({
  args: process.argv.slice(2),
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  stopped,
});
