// docs/guides/cli.md, from the help of every command of the built command line.

const INTRO = `<!-- Generated from packages/cli/src/commands by \`npm run generate\`. Do not edit. -->
# The command line

Every command has \`--help\` and \`--json\`. A failure is printed as \`error CODE: message\` with where it is and how to mend
it; the exit status is the one of [its code](../specification/errors.md), and 0 when what was asked is done.
`;

/** The page; undefined when the command line isn't built. */
export async function text() {
  const url = new URL("../../packages/cli/dist/main.js", import.meta.url);
  const cli = await import(url.href).catch((error) => {
    if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
  });
  if (cli === undefined) return undefined;
  const help = (...words) => helpOf(cli.main, [...words, "--help"]);
  const sections = [];
  const { COMMANDS } = await import(new URL("commands/table.js", url).href);
  for (const { name } of COMMANDS) {
    const page = await help(name);
    sections.push(section(`banana-peel ${name}`, page));
    for (const word of namesIn(page))
      sections.push(section(`banana-peel ${name} ${word}`, await help(name, word)));
  }
  return `${INTRO}\n${sections.join("\n")}`;
}

function section(title, page) {
  return `## ${title}\n\n\`\`\`text\n${page.trim()}\n\`\`\`\n`;
}

/** The commands that the help of a group lists. */
function namesIn(help) {
  const [, list = ""] = /^Commands:\n((?: {2}.*\n)+)/m.exec(help) ?? [];
  return [...list.matchAll(/^ {2}([a-z]+)/gm)].map(([, name]) => name);
}

async function helpOf(main, words) {
  let text = "";
  const stream = { isTTY: false, columns: 80, write: (part) => (text += part) };
  const io = { stdout: stream, stderr: stream, colours: {} };
  const status = await main(words, io);
  if (status !== 0) throw new Error(`${words.join(" ")}: exit status ${status}: ${text}`);
  return text;
}
