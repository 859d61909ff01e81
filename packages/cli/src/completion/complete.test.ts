import { execFileSync, spawnSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { removeScratch, scratch } from "../../../client/src/testing/scratch.js";
import { COMMANDS } from "../commands/table.js";
import { BIN } from "../testing/run.js";
import { complete } from "./complete.js";
import { installedNames } from "./installed-names.js";
import { SCRIPTS } from "./scripts.js";

let app: string;
beforeAll(async () => {
  app = await scratch();
  await mkdir(join(app, "inside"));
  await writeFile(
    join(app, "banana.json"),
    JSON.stringify({ formatVersion: 1, peels: { "@peels/sample": "^1.0.0", "@team/style": "1" } }),
  );
});
afterAll(removeScratch);

describe("complete", () => {
  it.each<[string[], string[]]>([
    [["ba"], ["base"]],
    [["--v"], ["--version"]],
    [
      ["base", ""],
      ["add", "list"],
    ],
    [["trust", "re"], ["remove"]],
    [["trust", "nonsense", ""], []],
    [
      ["completion", ""],
      ["bash", "fish", "zsh"],
    ],
    [["install", "--f"], ["--frozen"]],
    [["new", "--template=host-w"], ["--template=host-web"]],
    [["add", "--registry=h"], []],
    [["add", "--registry", ""], []],
    [["add", ""], []],
    [["nonsense", ""], []],
    [["help", "why"], ["why"]],
  ])("%j gives %j", async (words, found) => {
    const given = await complete(words);
    for (const word of found) expect(given).toContain(word);
    if (found.length === 0) expect(given).toEqual([]);
    expect(given.every((word) => word.startsWith(words.at(-1)!))).toBe(true);
  });

  it("gives the project's peels to every command that takes them, and to none that doesn't", async () => {
    const before = process.cwd();
    process.chdir(app);
    try {
      for (const name of ["remove", "update", "why", "verify", "plan", "merge", "generate", "diff"])
        expect(await complete([name, "sa"]), name).toEqual(["sample"]);
      for (const name of ["add", "info", "search"]) expect(await complete([name, "sa"]), name).toEqual([]);
    } finally {
      process.chdir(before);
    }
  });

  it("gives every command", async () => {
    expect(await complete([""])).toEqual([...COMMANDS.map(({ name }) => name), "help"].sort());
  });

  it("knows the project's peels, from folders inside it too, and never fails", async () => {
    const names = ["sample", "@peels/sample", "@team/style"];
    expect(await installedNames(app)).toEqual(names);
    expect(await installedNames(join(app, "inside"))).toEqual(names);
    await writeFile(join(app, "inside/banana.json"), "{");
    expect(await installedNames(join(app, "inside"))).toEqual([]);
  });
});

describe("the scripts", () => {
  const bin = `${JSON.stringify(process.execPath)} ${JSON.stringify(BIN)}`;
  const here = (shell: string) => spawnSync(shell, ["-c", "exit 0"]).error === undefined;
  // What is typed, and what completion makes of it.
  const typed = [
    ["upd", "update"],
    ["remove sa", "sample"],
    ["remove @te", "@team/style"],
    ["install --fro", "--frozen"],
    ["base ins", "inspect"],
    ["new --template host-n", "host-node"],
    ["new --template=host-n", "--template=host-node"],
  ] as const;

  it.skipIf(!here("bash"))("of bash completes, where bash itself breaks words at @ and = too", () => {
    // What readline says of each: the line, and the part of the word that it will replace.
    const parts = ["upd", "sa", "@te", "--fro", "ins", "host-n", "host-n"];
    const calls = typed.map(
      ([words], i) => `COMP_LINE="banana-peel ${words}" COMP_POINT=99
        _banana_peel banana-peel ${parts[i]} before; echo "\${COMPREPLY[@]}"`,
    );
    const script = `banana-peel() { ${bin} "$@"; }\n${SCRIPTS.bash}\n${calls.join("\n")}`;
    const said = execFileSync("bash", ["-c", script], { cwd: app, encoding: "utf8" });
    const expected = typed.map(([, word]) => word.replace("--template=", ""));
    expect(said.trimEnd().split("\n")).toEqual(expected);
  });

  it.skipIf(!here("fish"))("of fish completes", () => {
    const calls = typed.map(([words]) => `complete -C "banana-peel ${words}"`);
    const script = `function banana-peel; ${bin} $argv; end\n${SCRIPTS.fish}\n${calls.join("\n")}`;
    const said = execFileSync("fish", ["--no-config", "-c", script], { cwd: app, encoding: "utf8" });
    expect(said.trimEnd().split("\n")).toEqual(typed.map(([, word]) => word));
  });

  it.skipIf(!here("zsh")).each([
    ["read by .zshrc", "source $PWD/_banana-peel"],
    ["in fpath", "fpath=($PWD $fpath); autoload -Uz compinit; compinit -u"],
  ])("of zsh completes on a terminal, %s", { timeout: 30_000 }, async (_, load) => {
    await writeFile(join(app, "_banana-peel"), SCRIPTS.zsh);
    await writeFile(join(app, ".zshrc"), `banana-peel() { ${bin} "$@" }\n${load}\nPS1='ready> '\n`);
    // A terminal of zsh's own: each is typed with a tab, and waited for until the line is as it should be.
    const calls = typed.map(([words, word]) => {
      const line = `banana-peel ${words.replace(/\S+$/, "")}${word} `;
      return `zpty -w -n shell 'banana-peel ${words}'$'\\t'
        zpty -r shell said '*${line}*' && echo '${word}'
        zpty -w -n shell $'\\C-u'`;
    });
    const script = `zmodload zsh/zpty; zpty -b shell zsh -d -i; zpty -r shell said '*ready> *'\n${calls.join("\n")}`;
    const env = { ...process.env, ZDOTDIR: app, TERM: "dumb" };
    const options = { cwd: app, encoding: "utf8", timeout: 20_000, env } as const;
    const { stdout } = spawnSync("zsh", ["-f", "-c", script], options);
    expect(stdout.trimEnd().split("\n")).toEqual(typed.map(([, word]) => word));
  });

  it.each(["bash", "zsh", "fish"] as const)(
    "of %s is one that the shell can read, where there is one",
    async (shell) => {
      const file = join(app, shell);
      await writeFile(file, SCRIPTS[shell]);
      const { error, status, stderr } = spawnSync(shell, ["-n", file], { encoding: "utf8" });
      if (error === undefined) expect([status, stderr]).toEqual([0, ""]);
      else expect(SCRIPTS[shell]).toContain("banana-peel __complete");
    },
  );
});
