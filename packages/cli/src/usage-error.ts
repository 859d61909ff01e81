import { BananaError } from "@banana-peel/format";
import type { Command, CommanderError } from "commander";

/** What other package managers call our commands. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  create: "new",
  find: "search",
  i: "install",
  ls: "list",
  rm: "remove",
  show: "info",
  un: "remove",
  uninstall: "remove",
  up: "update",
  upgrade: "update",
  view: "info",
};

/** The coded error for a command line that was not understood, with the command that was meant or how this one is used. */
export async function usageError(
  thrown: CommanderError,
  program: Command,
  args: readonly string[],
): Promise<BananaError> {
  const command = named(program, args);
  const words = wordsOf(command);
  if (thrown.code === "commander.help")
    return args[0] === "help" ? unknownCommand(program, args[1] ?? "") : incompleteGroup(command, words);
  const [first = "", ...rest] = thrown.message.replace(/^error: /, "").split("\n");
  const [, unknown] = /^unknown command '(.+)'$/.exec(first) ?? [];
  if (unknown !== undefined) return unknownCommand(command, unknown);
  if (thrown.code === "commander.excessArguments" && command.name() === "install")
    return new BananaError("USAGE", first, {
      hint: `Did you mean banana-peel add ${args.slice(1).find((word) => !word.startsWith("-"))}?`,
    });
  const meant = /\(Did you mean (.+?)\?\)/.exec(rest.join(" "))?.[1] ?? (await nearestChoice(first));
  return new BananaError("USAGE", first, {
    hint: meant === undefined ? usage(command, words) : `Did you mean ${meant}?`,
  });
}

async function unknownCommand(parent: Command, name: string): Promise<BananaError> {
  const { nearest } = await import("@banana-peel/resolver");
  const words = wordsOf(parent);
  const names = parent.commands.map((each) => each.name()).filter((each) => each !== "help");
  const other = parent.parent === null ? ELSEWHERE[name] : undefined;
  const meant = other ?? nearest(name, names, 1)[0];
  return new BananaError("USAGE", `unknown command '${name}'`, {
    hint: meant === undefined ? `${words} --help lists the commands.` : `Did you mean ${meant}?`,
  });
}

/** A group of commands, such as trust, was named alone. */
function incompleteGroup(group: Command, words: string): BananaError {
  const names = group.commands.map((command) => command.name());
  return new BananaError("USAGE", `expected one of ${names.join(", ")}, found nothing`, {
    where: words,
    hint: `For example: ${words} ${names[0]}; ${words} --help says more.`,
  });
}

const usage = (command: Command, words: string) =>
  command.parent === null
    ? `${words} --help lists the commands.`
    : `Usage: ${words} ${command.usage()}; ${words} --help says more.`;

/** The innermost command that a command line names. */
function named(program: Command, args: readonly string[]): Command {
  let command = program;
  for (const word of args) {
    const inner = command.commands.find((each) => each.name() === word && word !== "help");
    if (inner === undefined) return command;
    command = inner;
  }
  return command;
}

/** A command with the words that lead to it. */
function wordsOf(command: Command): string {
  return command.parent === null ? command.name() : `${wordsOf(command.parent)} ${command.name()}`;
}

/** Commander names the nearest option; of choices it only lists all. */
async function nearestChoice(message: string): Promise<string | undefined> {
  const [, found, choices] =
    /(?:value|argument) '([^']+)' is invalid.* Allowed choices are (.+)\.$/.exec(message) ?? [];
  if (found === undefined || choices === undefined) return undefined;
  const { nearest } = await import("@banana-peel/resolver");
  return nearest(found, choices.split(", "), 1)[0];
}
