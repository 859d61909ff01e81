// Required into a measured Node process: writes its peak of resident memory, in KiB, where the measuring one reads it.
const { appendFileSync } = require("node:fs");

process.on("exit", () => {
  appendFileSync(process.env.BENCH_PEAK_FILE, `${process.resourceUsage().maxRSS}\n`);
});
