#!/usr/bin/env node
// `npm create banana-peel` is `banana-peel new`.
import { main } from "banana-peel";

process.exitCode = await main(["new", ...process.argv.slice(2)]);
// As banana-peel does: a Ctrl-C while Node ends would look as if nothing had been done.
process.once("exit", () => process.exit());
