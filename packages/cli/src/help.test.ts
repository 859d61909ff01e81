import type { Command } from "commander";
import { beforeAll, describe, expect, it } from "vitest";
import { COMMANDS } from "./commands/table.js";
import { createProgram } from "./program.js";
import { runHere as cli } from "./testing/run-here.js";
import { coloursFor } from "./ui/colours.js";

/** Every command that does something, with the words that lead to it. */
function leaves(command: Command, words: readonly string[] = []): [string, Command][] {
  const inner = command.commands.filter((each) => each.name() !== "help");
  if (inner.length === 0) return [[words.join(" "), command]];
  return inner.flatMap((each) => leaves(each, [...words, each.name()]));
}

let all: [string, Command][];
beforeAll(async () => {
  const quiet = { write: () => true };
  const io = { stdout: quiet, stderr: quiet, colours: coloursFor({}) };
  all = leaves(await createProgram([], io, () => undefined));
});

describe("every command", () => {
  it("is in the table under its own name, once", async () => {
    const names = COMMANDS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const tops = new Set(all.map(([words]) => words.split(" ")[0]));
    expect([...tops].sort()).toEqual([...names].sort());
  });

  it("has a description, --json, and a help with an example of itself", async () => {
    expect(all.length).toBeGreaterThan(40);
    for (const [words, command] of all) {
      expect(command.description(), words).toMatch(/^[a-z]/);
      expect(
        command.options.map(({ long }) => long),
        words,
      ).toContain("--json");
      const { status, stdout } = await cli(...words.split(" "), "--help");
      expect(status, words).toBe(0);
      expect(stdout, words).toContain(`Examples:\n  $ banana-peel ${words}`);
    }
  });

  it("is near to its mistyped name", async () => {
    for (const { name } of COMMANDS.filter((command) => command.name.length > 4)) {
      const { status, stderr } = await cli(`${name.slice(0, -2)}${name.at(-1)}`);
      expect([status, stderr], name).toEqual([
        2,
        expect.stringMatching(new RegExp(`Did you mean .*${name}`)),
      ]);
    }
  });

  it("says what is wrong with a flag, and which was meant", async () => {
    for (const [words, command] of all) {
      const { long } = command.options.find((option) => (option.long ?? "").length > 5)!;
      const needed = command.options.flatMap((option) => (option.mandatory ? [option.long!, "x"] : []));
      const { status, stderr } = await cli(...words.split(" "), ...needed, `${long!.slice(0, -1)}z`);
      expect(status, words).toBe(2);
      expect(stderr, words).toContain(`Did you mean ${long}?`);
    }
  });

  it("of a group, alone, says what can follow", async () => {
    const groups = ["trust", "base", "cache", "registry"];
    for (const group of groups) {
      const inner = all.map(([words]) => words.split(" ")).filter(([first]) => first === group);
      const { status, stderr } = await cli(group);
      expect(status).toBe(2);
      expect(stderr).toContain(`expected one of ${inner.map(([, name]) => name).join(", ")}, found nothing`);
      expect(stderr).toContain(`at banana-peel ${group}\n`);
    }
  });
});

it("explain without a code lists all of them, each with what it means", async () => {
  const { stdout } = await cli("explain");
  const lines = stdout.trim().split("\n");
  expect(lines.find((line) => line.startsWith("SIGNER_CHANGED "))).toContain("signed by another key");
  expect(lines.find((line) => line.startsWith("peel/nan "))).toMatch(/\w+ \w+/);
  for (const line of lines) expect(line).toMatch(/^[\w/-]+ {2,}\S+ /);
});
