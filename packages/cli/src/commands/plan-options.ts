import { BananaError } from "@banana-peel/format";
import type { PlanOptions } from "@banana-peel/runtime";
import { type Command, Option } from "commander";

/** Flags of commands that plan. */
export interface PlanFlags {
  base?: string;
  weight: string[];
  strategy: NonNullable<PlanOptions["strategy"]>;
  rounding: NonNullable<PlanOptions["rounding"]>;
  target?: string[];
  project: string;
  json?: boolean;
}

/** Adds those flags to a command. */
export function planOptions(command: Command, strategies: readonly string[]): Command {
  return command
    .option("-b, --base <dir>", "folder or package of the base (default: the one of banana.json)")
    .option("-w, --weight <number...>", "weight of each peel, in their order (default: the peel's own)", [])
    .addOption(
      new Option("-s, --strategy <name>", "what to do to every target").choices(strategies).default("auto"),
    )
    .addOption(
      new Option("--rounding <name>", "how a merge puts a value on the grid")
        .choices(["auto", "nearest", "dither", "calibrated"])
        .default("auto"),
    )
    .option("--target <path=strategy...>", "another strategy for one target: attach, merge, promote or auto")
    .option("-C, --project <dir>", "the app's folder", ".");
}

const STRATEGIES = ["auto", "attach", "merge", "promote"] as const;

/**
 * The choices of the flags, as the runtime takes them.
 * @param status takes a line that says how far planning is
 * @throws BananaError USAGE for a --target that isn't path=strategy
 */
export function planChoice(
  { strategy, rounding, target = [] }: PlanFlags,
  status: (text: string) => void,
): PlanOptions {
  const perTarget = Object.fromEntries(target.map(readTarget));
  return {
    strategy,
    rounding,
    perTarget,
    onProgress: ({ name, done, total }) => status(`planning ${name} (${done} of ${total})`),
  };
}

function readTarget(text: string): [string, (typeof STRATEGIES)[number]] {
  const at = text.lastIndexOf("=");
  const strategy = STRATEGIES.find((name) => name === text.slice(at + 1));
  if (at > 0 && strategy !== undefined) return [text.slice(0, at), strategy];
  throw new BananaError("USAGE", `expected path=strategy, found ${JSON.stringify(text)}`, {
    where: "--target",
    hint: `For example: --target blocks.0.attn.q_proj=attach; strategies: ${STRATEGIES.join(", ")}.`,
  });
}
