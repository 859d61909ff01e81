// Required into a measured Node process: writes its peak of resident memory, in KiB, where the measuring one reads it.
const { appendFileSync } = require("node:fs");
const { env } = process;

process.on("exit", () => {
  appendFileSync(env.BENCH_PEAK_FILE, `${process.resourceUsage().maxRSS}\n`);
});
