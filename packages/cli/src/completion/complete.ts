import type { Command } from "commander";
import { COMMANDS } from "../commands/table.js";
import { coloursFor } from "../ui/colours.js";
import { installedNames } from "./installed-names.js";

/** Commands whose arguments are peels of the project in the current folder. */
const OF_INSTALLED: ReadonlySet<string> = new Set([
  ...["remove", "update", "outdated", "why", "verify", "plan", "merge", "generate", "diff"],
]);

/**
 * What may stand at the cursor.
 * @param words after the program's name; the last one is being typed and may be empty
 * @returns candidates that begin with it; none where a file or free text is meant
 */
export async function complete(words: readonly string[]): Promise<string[]> {
  const typed = words.at(-1) ?? "";
  const candidates = await candidatesFor(words.slice(0, -1), typed);
  return candidates.filter((word) => word.startsWith(typed)).sort();
}

async function candidatesFor(before: readonly string[], typed: string): Promise<readonly string[]> {
  const [name] = before;
  if (name === undefined)
    return typed.startsWith("-")
      ? ["--help", "--version"]
      : [...COMMANDS.map((command) => command.name), "help"];
  if (name === "help") return before.length === 1 ? COMMANDS.map((command) => command.name) : [];
  const root = await commandOf(name);
  if (root === undefined) return [];
  let command = root;
  let rest = before.slice(1);
  while (command.commands.length > 0) {
    const inner = command.commands.find((candidate) => candidate.name() === rest[0]);
    if (inner === undefined) return rest.length === 0 ? command.commands.map((each) => each.name()) : [];
    command = inner;
    rest = rest.slice(1);
  }
  const last = rest.at(-1) ?? "";
  const previous = command.options.find(({ short, long }) => [short ?? long, long].includes(last));
  if (previous !== undefined && (previous.required || previous.optional)) return previous.argChoices ?? [];
  const [flag, value] = typed.split("=", 2);
  if (value !== undefined) {
    const option = command.options.find(({ long }) => long === flag);
    return (option?.argChoices ?? []).map((choice) => `${flag}=${choice}`);
  }
  if (typed.startsWith("-"))
    return [...command.options.flatMap(({ long }) => (long ? [long] : [])), "--help", "--json"];
  const choices = command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []);
  if (choices.length > 0) return choices;
  return OF_INSTALLED.has(name) ? installedNames(process.cwd()) : [];
}

/** A command as its module makes it, on a program that is never run. */
async function commandOf(name: string): Promise<Command | undefined> {
  const entry = COMMANDS.find((command) => command.name === name);
  if (entry === undefined) return undefined;
  const [{ Command }, register] = await Promise.all([import("commander"), entry.load()]);
  const quiet = { write: () => true };
  return register(new Command(), { stdout: quiet, stderr: quiet, colours: coloursFor({}) }, () => undefined);
}
