#!/usr/bin/env node
// Plain JavaScript, so that --version answers without loading anything but this file.
import { readFileSync } from "node:fs";

const arguments_ = process.argv.slice(2);
if (arguments_.length === 1 && ["--version", "-V", "-v", "version"].includes(arguments_[0] ?? "")) {
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  process.stdout.write(`${version}\n`);
} else {
  const { main } = await import("../dist/main.js");
  process.exitCode = await main(arguments_);
  // When nothing is left to do: else Node takes down its signal handlers some milliseconds before it ends, and a Ctrl-C
  // just then would end the process as if nothing had been done.
  process.once("exit", () => process.exit());
}
