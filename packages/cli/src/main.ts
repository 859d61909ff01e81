import { readFileSync } from "node:fs";
import { Command } from "commander";
import { loginCommand, logoutCommand, whoamiCommand } from "./commands/account.js";
import { addCommand } from "./commands/add.js";
import { cacheCommand } from "./commands/cache.js";
import { explainCommand } from "./commands/explain.js";
import { importCommand } from "./commands/import.js";
import { infoCommand } from "./commands/info.js";
import { initCommand } from "./commands/init.js";
import { installCommand } from "./commands/install.js";
import { keygenCommand } from "./commands/keygen.js";
import { listCommand } from "./commands/list.js";
import { outdatedCommand } from "./commands/outdated.js";
import { packCommand } from "./commands/pack.js";
import { publishCommand } from "./commands/publish.js";
import { removeCommand } from "./commands/remove.js";
import { searchCommand } from "./commands/search.js";
import { signCommand } from "./commands/sign.js";
import { trustCommand } from "./commands/trust.js";
import { updateCommand } from "./commands/update.js";
import { validateCommand } from "./commands/validate.js";
import { verifyCommand } from "./commands/verify.js";
import { whyCommand } from "./commands/why.js";
import { reportFailure } from "./failure.js";
import { type Io, processIo } from "./io.js";

/** In the order of the help: an author's commands, an app's, and the others. */
const COMMANDS = [
  keygenCommand,
  importCommand,
  validateCommand,
  packCommand,
  signCommand,
  publishCommand,
  initCommand,
  addCommand,
  removeCommand,
  installCommand,
  updateCommand,
  outdatedCommand,
  listCommand,
  whyCommand,
  searchCommand,
  infoCommand,
  verifyCommand,
  trustCommand,
  loginCommand,
  logoutCommand,
  whoamiCommand,
  cacheCommand,
  explainCommand,
];

/**
 * Runs the command line.
 * @param args the arguments after the program's name
 * @returns the exit status
 */
export async function main(args: readonly string[], io: Io = processIo()): Promise<number> {
  // A reader that closes the pipe early, such as head, is no error.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
  let status = 0;
  const program = createProgram(io, (value) => {
    status = value;
  });
  if (args.length === 0) {
    program.outputHelp();
    return 0;
  }
  try {
    await program.parseAsync([...args], { from: "user" });
    return status;
  } catch (error) {
    return reportFailure(io, error, args.includes("--json"));
  }
}

/** What a command's module makes of the program; `fail` sets another exit status than 0 after a report. */
export type Register = (program: Command, io: Io, fail: (status: number) => void) => Command;

function createProgram(io: Io, fail: (status: number) => void): Command {
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
    version: string;
  };
  const program = new Command("banana-peel")
    .description("Adapters as packages: make, sign, publish and add peels.")
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    // Options of a command come after its name, so that import may have a --version of its own.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: () => undefined })
    .addHelpText("after", EXAMPLES);
  for (const register of COMMANDS) finish(register(program, io, fail), io);
  return program;
}

/** Gives a command, or each command of a group, what all have. */
function finish(command: Command, io: Io): void {
  command
    .helpOption("-h, --help", "print this help")
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: () => undefined });
  if (command.commands.length === 0) command.option("--json", "print the result as JSON");
  else command.helpCommand(false);
  for (const inner of command.commands) finish(inner, io);
}

const EXAMPLES = `
Examples:
  $ banana-peel init --base ./bases/nano     name the base of an app
  $ banana-peel add medical-imaging          add a peel to it
  $ banana-peel publish ./my-peel            check, sign and publish a peel
  $ banana-peel explain SHAPE_MISMATCH       say what an error means
`;
