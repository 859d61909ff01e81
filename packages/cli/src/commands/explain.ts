import { BananaError, ERROR_CODES, type ErrorCode, errorInfo } from "@banana-peel/format";
import { print } from "../io.js";
import { examples } from "./examples.js";
import type { Register } from "./table.js";

/** `explain`: what an error code or a rule means. */
export const explainCommand: Register = (program, io) =>
  program
    .command("explain")
    .description("say what an error code or a rule of the validator means, and how to mend it")
    .argument("[code]", "the code; without it, all codes are listed")
    .addHelpText(
      "after",
      examples(["explain SIGNER_CHANGED", "an error"], ["explain peel/base-shape", "a rule"]),
    )
    .action(async (code: string | undefined, options: { json?: boolean }) => {
      const { RULE_CODES, ruleInfo } = await import("@banana-peel/validator");
      const rules: readonly string[] = RULE_CODES;
      if (code === undefined) {
        const all = { errors: ERROR_CODES, rules };
        const rows = [
          ...ERROR_CODES.map((each): [string, string] => [each, errorInfo(each).title]),
          ...RULE_CODES.map((each): [string, string] => [each, ruleInfo(each).title]),
        ];
        const width = Math.max(...rows.map(([each]) => each.length));
        return print(io, options, all, () =>
          rows.map(([each, title]) => `${each.padEnd(width)}  ${io.colours.dim(title)}\n`).join(""),
        );
      }
      const rule = rules.find((item) => item === code.toLowerCase());
      if (rule !== undefined) {
        const info = ruleInfo(rule as (typeof RULE_CODES)[number]);
        return print(
          io,
          options,
          { code: rule, ...info },
          () =>
            `${io.colours.bold(rule)} (${info.severity}): ${info.title}\n\n${info.explanation}\n\nSpecification: docs/specification/${info.section}\n`,
        );
      }
      const error = ERROR_CODES.find((item) => item === code.toUpperCase().replaceAll("-", "_"));
      if (error === undefined) throw await unknown(code, rules);
      const info = errorInfo(error as ErrorCode);
      print(
        io,
        options,
        { code: error, ...info },
        () => `${io.colours.bold(error)}: ${info.title}\n\n${info.explanation}\n\nExit status ${info.exit}\n`,
      );
    });

async function unknown(code: string, rules: readonly string[]): Promise<BananaError> {
  const { nearest } = await import("@banana-peel/resolver");
  const near = [...nearest(code.toUpperCase(), ERROR_CODES, 2), ...nearest(code.toLowerCase(), rules, 2)];
  return new BananaError("USAGE", `expected an error code or a rule, found ${JSON.stringify(code)}`, {
    hint: near.length > 0 ? `Did you mean ${near.join(" or ")}?` : "banana-peel explain lists all of them.",
  });
}
