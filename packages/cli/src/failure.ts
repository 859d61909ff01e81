import { BananaError, isBananaError } from "@banana-peel/format";
import { type Command, CommanderError } from "commander";
import type { Io } from "./io.js";
import { coloursFor } from "./ui/colours.js";
import { type Message, messageText, problemsOf } from "./ui/problems.js";

/**
 * Prints why a command failed: on stderr for people, and with --json on stdout for programs too.
 * @returns the exit status
 */
export async function reportFailure(
  io: Io,
  thrown: unknown,
  { json, group }: { json: boolean; group?: Command | undefined },
): Promise<number> {
  if (thrown instanceof CommanderError && thrown.exitCode === 0) return 0;
  const error = await coded(thrown, group);
  const colours = coloursFor(io.stderr);
  const message = messageOf(error);
  const problems = isBananaError(error) ? problemsOf(error.details) : [];
  for (const problem of problems) io.stderr.write(messageText(problem, colours));
  io.stderr.write(messageText(besides(message, problems), colours));
  if (process.env.BANANA_PEEL_DEBUG) io.stderr.write(`${stackOf(error)}\n`);
  if (json) {
    const { code, message: text, where, hint } = message;
    const details = isBananaError(error) ? error.details : undefined;
    io.stdout.write(`${JSON.stringify({ error: { code, message: text, where, hint, details } }, null, 2)}\n`);
  }
  return isBananaError(error) ? error.exitStatus : 1;
}

/** An error without what its problems, which were printed before it, have said already. */
function besides(error: Message, problems: readonly Message[]): Message {
  const [first] = problems;
  if (first === undefined) return error;
  const end = `: ${first.code}: ${first.message}`;
  if (error.message.endsWith(end)) return { ...error, message: error.message.slice(0, -end.length) };
  if (error.message !== first.message && !error.message.startsWith(`${first.message} (and `)) return error;
  const count = problems.length === 1 ? "the problem" : `${problems.length} problems`;
  return { ...error, message: `${count} listed above`, where: undefined, hint: undefined };
}

/** The coded error for a command line that was not understood; anything else as it is. */
async function coded(thrown: unknown, group?: Command): Promise<unknown> {
  if (!(thrown instanceof CommanderError)) return thrown;
  if (thrown.code === "commander.help") {
    const names = group?.commands.map((command) => command.name()) ?? [];
    return new BananaError("USAGE", `expected one of ${names.join(", ")}, found nothing`, {
      where: `banana-peel ${group?.name()}`,
      hint: `For example: banana-peel ${group?.name()} ${names[0]}; banana-peel ${group?.name()} --help says more.`,
    });
  }
  const [first = "", ...rest] = thrown.message.replace(/^error: /, "").split("\n");
  const meant = /\(Did you mean (.+?)\?\)/.exec(rest.join(" "))?.[1] ?? (await nearestChoice(first));
  return new BananaError("USAGE", first, {
    hint: meant === undefined ? "See banana-peel help, or --help after a command." : `Did you mean ${meant}?`,
  });
}

/** Commander names the nearest command and option; of choices it only lists all. */
async function nearestChoice(message: string): Promise<string | undefined> {
  const [, found, choices] =
    /(?:value|argument) '([^']+)' is invalid.* Allowed choices are (.+)\.$/.exec(message) ?? [];
  if (found === undefined || choices === undefined) return undefined;
  const { nearest } = await import("@banana-peel/resolver");
  return nearest(found, choices.split(", "), 1)[0];
}

function messageOf(error: unknown): Message {
  if (isBananaError(error)) {
    const { code, message, where, hint } = error;
    return { severity: "error", code, message, where, hint };
  }
  return {
    severity: "error",
    code: "INTERNAL",
    message: error instanceof Error ? error.message : String(error),
    hint: "This is a fault in banana-peel: please report it with what BANANA_PEEL_DEBUG=1 prints.",
  };
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined
    ? String(error.stack)
    : `${error.stack}\ncaused by ${stackOf(error.cause)}`;
}
