import { mkdir, realpath, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { removeScratch, scratch } from "../../client/src/testing/scratch.js";
import { runHere as cli } from "./testing/run-here.js";
import { shellWord } from "./ui/format.js";
import { alike } from "./ui/import.js";

let root: string;
beforeAll(async () => {
  root = await realpath(await scratch());
});
afterAll(removeScratch);

/** The last line of what a mistake gets: its mend. */
async function mend(...args: string[]): Promise<string> {
  const { status, stderr } = await cli(...args);
  expect([status, stderr], args.join(" ")).toEqual([2, expect.stringMatching(/^error USAGE: /)]);
  return stderr.trimEnd().split("\n").at(-1)!;
}

describe("a command line that isn't understood", () => {
  it.each([
    [["add"], "  mend: Usage: banana-peel add [options] <peel...>; banana-peel add --help says more."],
    [
      ["trust", "add", "x"],
      "  mend: Usage: banana-peel trust add [options] <name> <fingerprint>; banana-peel trust add --help says more.",
    ],
    [["merge"], "  mend: Usage: banana-peel merge [options] <peel...>; banana-peel merge --help says more."],
    [["list", "x", "y"], "  mend: Usage: banana-peel list [options]; banana-peel list --help says more."],
    [["zzzzzzzz"], "  mend: banana-peel --help lists the commands."],
    [["cache", "zzzzzzzz"], "  mend: banana-peel cache --help lists the commands."],
  ])("%j is told how the command is used", async (args, hint) => {
    expect(await mend(...args)).toBe(hint);
  });

  it.each([
    [["install", "medical-imaging"], "banana-peel add medical-imaging"],
    [["install", "--offline", "medical-imaging"], "banana-peel add medical-imaging"],
    [["uninstall", "x"], "remove"],
    [["rm", "x"], "remove"],
    [["ls"], "list"],
    [["i"], "install"],
    [["upgrade"], "update"],
    [["view", "x"], "info"],
    [["help", "ad"], "add"],
    [["cache", "lst"], "list"],
  ])("%j is a word of another tool, or mistyped", async (args, meant) => {
    expect(await mend(...args)).toBe(`  mend: Did you mean ${meant}?`);
  });
});

describe("a folder without a project", () => {
  const needy = [
    ["audit"],
    ["install", "--frozen"],
    ["list"],
    ["outdated"],
    ["remove", "x"],
    ["update"],
    ["why", "x"],
  ];

  it.each(needy)("is an error of %s, which would find nothing and say that all is well", async (...args) => {
    const { status, stdout, stderr } = await cli(...args, "-C", root);
    expect([status, stdout]).toEqual([3, ""]);
    expect(stderr).toContain("error FILE_MISSING: expected banana.json in the app's folder, found none");
    expect(stderr).toContain("init --base DIR");
  });

  it("is fine for a look at the policy, and inside a project the way there is said", async () => {
    expect((await cli("trust", "list", "-C", root)).status).toBe(0);
    const inside = join(root, "my app/src");
    await mkdir(inside, { recursive: true });
    await writeFile(join(root, "my app/banana.json"), '{"formatVersion":1}');
    const { stderr } = await cli("list", "-C", inside);
    expect(stderr).toMatch(/There is one above: banana-peel list -C ".*my app"\n$/);
    expect((await cli("list", "-C", join(root, "my app"))).stdout).toContain("no peels");
  });
});

it("validate of another folder names the manifest alone", async () => {
  const folder = join(root, "photos");
  await mkdir(folder);
  for (const name of ["a b.jpg", "c.exe"]) await writeFile(join(folder, name), "x");
  const { status, stdout } = await cli("validate", folder);
  expect(status).toBe(3);
  expect(stdout.match(/^error /gm)).toHaveLength(1);
  expect(stdout).toMatch(/^error peel\/manifest-missing.+\n.+\n.+own folder\?\n\d+ more problems without it/);
  expect(JSON.parse((await cli("validate", folder, "--json")).stdout).problems.length).toBeGreaterThan(2);
});

it.each([
  ["my-style", "my-style"],
  ["../a/b_c", "../a/b_c"],
  ["mein Stil ü", '"mein Stil ü"'],
  ["a$b", "'a$b'"],
  ["it's $5", "'it'\\''s $5'"],
])("a shell takes %s as %s", (text, word) => {
  expect(shellWord(text)).toBe(word);
});

it("targets that differ by the number of a block are one line", () => {
  const q = (n: number) => `blocks.${n}.attn.q`;
  expect(alike([q(0), q(1), "head", q(2), q(5), "blocks.1.mlp.0", "blocks.3.mlp.0", "out.4"])).toEqual([
    "blocks.0-2,5.attn.q",
    "head",
    "blocks.1,3.mlp.0",
    "out.4",
  ]);
});
