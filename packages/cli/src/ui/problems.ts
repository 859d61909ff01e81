import type { Colours } from "./colours.js";
import { plain } from "./format.js";

/** Something wrong, in the form that every message has. */
export interface Message {
  readonly severity: "error" | "warning";
  /** Error code or rule. */
  readonly code: string;
  readonly message: string;
  readonly where?: string | undefined;
  readonly hint?: string | undefined;
}

/** `error CODE: message`, then where it is and how to mend it, each on a line of its own. */
export function messageText({ severity, code, message, where, hint }: Message, colours: Colours): string {
  const head = severity === "error" ? colours.red(severity) : colours.yellow(severity);
  // Only an explanation has lines of its own; elsewhere a line break comes from outside and would fake one.
  const text =
    code === "RESOLUTION_CONFLICT" ? message.split("\n").map(plain).join("\n    ") : plain(message);
  const lines = [`${head} ${colours.bold(code)}: ${text}`];
  if (where) lines.push(`  ${colours.dim("at")} ${plain(where)}`);
  if (hint) lines.push(`  ${colours.dim("mend:")} ${plain(hint)}`);
  return `${lines.join("\n")}\n`;
}

/** The problems in an error's details, as the validator and the registry's gate list them. */
export function problemsOf(details: Record<string, unknown> | undefined): Message[] {
  const problems = Array.isArray(details?.problems) ? details.problems : [];
  return problems.flatMap((item: unknown) => {
    const problem = (item ?? {}) as Record<string, unknown>;
    const { rule, code, severity, message, where, hint } = problem;
    if (typeof message !== "string") return [];
    return [
      {
        severity: severity === "warning" ? "warning" : "error",
        code: String(rule ?? code ?? "problem"),
        message,
        where: typeof where === "string" ? where : undefined,
        hint: typeof hint === "string" ? hint : undefined,
      } as const,
    ];
  });
}
