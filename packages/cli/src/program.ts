import { Command } from "commander";
import { COMMANDS, type CommandEntry } from "./commands/table.js";
import type { Io } from "./io.js";
import { version } from "./version.js";

/**
 * The commander program for a command line: with the one command that it names, or with all of them when it names
 * none that is known (for the help, and to suggest the nearest).
 * @param fail sets another exit status than 0 after a report
 */
export async function createProgram(
  args: readonly string[],
  io: Io,
  fail: (status: number) => void,
): Promise<Command> {
  const named = COMMANDS.filter(({ name }) => name === args[0]);
  const program = new Command("banana-peel")
    .description("Adapters as packages: make, sign, publish and add peels.")
    .version(version(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    // Options of a command come after its name, so that import may have a --version of its own.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: () => undefined })
    .addHelpText("after", EXAMPLES);
  await registerAll(named.length > 0 ? named : COMMANDS, program, io, fail);
  return program;
}

async function registerAll(
  entries: readonly CommandEntry[],
  program: Command,
  io: Io,
  fail: (status: number) => void,
): Promise<void> {
  const loaded = await Promise.all(entries.map(({ load }) => load()));
  loaded.forEach((register, i) => {
    finish(register(program, io, fail).helpGroup(entries[i]!.group), io);
  });
}

/** Gives a command, or each command of a group, what all have. */
function finish(command: Command, io: Io): void {
  command
    .helpOption("-h, --help", "print this help")
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: () => undefined });
  if (command.commands.length === 0) {
    command.option("--json", "print the result as JSON");
    command.hook("preAction", async (_, named) => {
      if (named.opts().project === undefined) return;
      const { requireProject } = await import("./require-project.js");
      await requireProject(named);
    });
  } else command.helpCommand(false);
  for (const inner of command.commands) finish(inner, io);
}

const EXAMPLES = `
Examples:
  $ banana-peel init --base ./bases/nano     name the base of an app
  $ banana-peel add medical-imaging          add a peel to it
  $ banana-peel publish ./my-peel            check, sign and publish a peel
  $ banana-peel explain SHAPE_MISMATCH       say what an error means
`;
