// docs/specification/errors.md, from the table of codes in format.
import { plain } from "./markdown.mjs";

const STATUS = {
  1: "failed, or was stopped",
  2: "was asked for something it can't do: wrong usage",
  3: "met an invalid peel, base, or file",
  4: "met something that is not trusted",
  5: "found nothing that fits",
  6: "had trouble with the network or the registry",
  7: "had trouble with the disk",
  130: "was interrupted",
};

/** The page; undefined when format isn't built. */
export async function text() {
  const url = new URL("../../packages/format/dist/index.js", import.meta.url);
  const format = await import(url.href).catch((error) => {
    if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
  });
  if (format === undefined) return undefined;
  const statuses = Object.entries(STATUS).map(([exit, meaning]) => `| ${exit} | ${meaning} |`);
  const codes = format.ERROR_CODES.map((code) => {
    const { title, explanation, exit } = format.errorInfo(code);
    if (STATUS[exit] === undefined) throw new Error(`${code}: no meaning for exit status ${exit}`);
    return `## ${code}\n\n**${plain(title)}** Exit status ${exit}.\n\n${plain(explanation)}\n`;
  });
  return `<!-- Generated from packages/format/src/errors by \`npm run generate\`. Do not edit. -->
# Errors

Every failure has one of these codes. \`banana-peel explain CODE\` prints the same. A command that ends with an error
exits with the status of its code; 0 means that it did what was asked.

| exit status | the command |
|---|---|
${statuses.join("\n")}

${codes.join("\n")}`;
}
