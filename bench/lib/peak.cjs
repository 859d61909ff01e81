// Required into a measured Node process: writes its peak of resident memory, in KiB, where the measuring one reads it.
const { appendFileSync, readFileSync } = require("node:fs");
const { env, platform } = process;

process.on("exit", () => {
  appendFileSync(env.BENCH_PEAK_FILE, `${peak()}\n`);
});

/** Linux's maxRSS of a new program starts at what the process that started it held; VmHWM is the program's own. */
function peak() {
  if (platform !== "linux") return process.resourceUsage().maxRSS;
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))[1]);
}
