import { isBananaError } from "@banana-peel/format";

import type { Io } from "./io.js";
import { coloursFor } from "./ui/colours.js";
import { type Message, messageText, problemsOf } from "./ui/problems.js";

/**
 * Prints why a command failed: on stderr for people, and with --json on stdout for programs too.
 * @returns the exit status
 */
export function reportFailure(io: Io, error: unknown, { json }: { json: boolean }): number {
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
