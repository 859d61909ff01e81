import { readFileSync } from "node:fs";
import { Command } from "commander";
import { addCommand } from "./commands/add.js";
import { explainCommand } from "./commands/explain.js";
import { infoCommand } from "./commands/info.js";
import { initCommand } from "./commands/init.js";
import { installCommand } from "./commands/install.js";
import { keygenCommand } from "./commands/keygen.js";
import { listCommand } from "./commands/list.js";
import { packCommand } from "./commands/pack.js";
import { publishCommand } from "./commands/publish.js";
import { signCommand } from "./commands/sign.js";
import { validateCommand } from "./commands/validate.js";
import { verifyCommand } from "./commands/verify.js";
import { reportFailure } from "./failure.js";
import { type Io, processIo } from "./io.js";

/** In the order of the help: an author's commands, an app's, and the others. */
const COMMANDS = [
  keygenCommand,
  validateCommand,
  packCommand,
  signCommand,
  publishCommand,
  initCommand,
  addCommand,
  installCommand,
  listCommand,
  infoCommand,
  verifyCommand,
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
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: () => undefined })
    .addHelpText("after", EXAMPLES);
  for (const register of COMMANDS) {
    const command = register(program, io, fail);
    command
      .option("--json", "print the result as JSON")
      .helpOption("-h, --help", "print this help")
      .exitOverride()
      .configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: () => undefined });
  }
  return program;
}

const EXAMPLES = `
Examples:
  $ banana-peel init --base ./bases/nano     name the base of an app
  $ banana-peel add medical-imaging          add a peel to it
  $ banana-peel publish ./my-peel            check, sign and publish a peel
  $ banana-peel explain SHAPE_MISMATCH       say what an error means
`;
