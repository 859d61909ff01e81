/** The examples at the end of a command's help: a command line each, with what it does. */
export function examples(...lines: readonly (readonly [command: string, does: string])[]): string {
  const width = Math.max(...lines.map(([command]) => command.length));
  const text = lines.map(([command, does]) => `  $ banana-peel ${command.padEnd(width)}  ${does}\n`);
  return `\nExamples:\n${text.join("")}`;
}
