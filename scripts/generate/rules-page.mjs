// docs/specification/rules.md, from the validator's table of rules.
import { plain } from "./markdown.mjs";

/** The page; undefined when the validator isn't built. */
export async function text() {
  const url = new URL("../../packages/validator/dist/index.js", import.meta.url);
  const validator = await import(url.href).catch((error) => {
    if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
  });
  if (validator === undefined) return undefined;
  const rules = validator.RULE_CODES.map((code) => {
    const { title, explanation, severity, section } = validator.ruleInfo(code);
    const [page, heading] = section.split("#");
    return `## ${code}\n\n**${plain(title)}** ${severity === "error" ? "Error" : "Warning"}; specification: [${page}](${page}${heading ? `#${heading}` : ""}).\n\n${plain(explanation)}\n`;
  });
  return `<!-- Generated from packages/validator/src/rules by \`npm run generate\`. Do not edit. -->
# Rules

What the validator checks. A peel with an error MUST NOT be packed, published or accepted; a warning is for its author.
A program MAY word its messages as it likes; the codes are stable.

${rules.join("\n")}`;
}
