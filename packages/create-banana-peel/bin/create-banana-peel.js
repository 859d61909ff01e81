#!/usr/bin/env node
// `npm create banana-peel` is `banana-peel new`.
import { main } from "banana-peel";

process.exitCode = await main(["new", ...process.argv.slice(2)]);
