import type { PlanOptions } from "@banana-peel/runtime";
import { type Command, Option } from "commander";

/** Flags of commands that plan. */
export interface PlanFlags {
  base?: string;
  weight: string[];
  strategy: NonNullable<PlanOptions["strategy"]>;
  rounding: NonNullable<PlanOptions["rounding"]>;
  project: string;
  json?: boolean;
}

/** Adds those flags to a command. */
export function planOptions(command: Command, strategies: readonly string[]): Command {
  return command
    .option("-b, --base <dir>", "folder of the base (default: the one of banana.json)")
    .option("-w, --weight <number...>", "weight of each peel, in their order (default: the peel's own)", [])
    .addOption(
      new Option("-s, --strategy <name>", "what to do to every target").choices(strategies).default("auto"),
    )
    .addOption(
      new Option("--rounding <name>", "how a merge puts a value on the grid")
        .choices(["nearest", "dither"])
        .default("nearest"),
    )
    .option("-C, --project <dir>", "the app's folder", ".");
}
