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
        return print(io, options, all, () => `${[...ERROR_CODES, ...rules].join("\n")}\n`);
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
