import { type Command, CommanderError } from "commander";
import { reportFailure } from "./failure.js";
import { type Io, processIo } from "./io.js";
import { createProgram } from "./program.js";

/**
 * Runs the command line.
 * @param args the arguments after the program's name
 * @returns the exit status
 */
export async function main(args: readonly string[], io: Io = processIo()): Promise<number> {
  // A reader that closes the pipe early, such as head, is no error.
  if (!process.stdout.listeners("error").includes(ignoreClosedPipe))
    process.stdout.on("error", ignoreClosedPipe);
  if (args[0] === "__complete") {
    const { complete } = await import("./completion/complete.js");
    io.stdout.write((await complete(args.slice(1))).map((word) => `${word}\n`).join(""));
    return 0;
  }
  let status = 0;
  let program: Command | undefined;
  try {
    program = await createProgram(args, io, (value) => {
      status = value;
    });
    if (args.length === 0) program.outputHelp();
    else await program.parseAsync([...args], { from: "user" });
    return status;
  } catch (error) {
    const json = args.includes("--json");
    if (program === undefined || !(error instanceof CommanderError))
      return reportFailure(io, error, { json });
    if (error.exitCode === 0) return 0;
    const { usageError } = await import("./usage-error.js");
    return reportFailure(io, await usageError(error, program, args), { json });
  }
}

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}
