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
  it("of bash completes a name in a shell", () => {
    const script = `
      banana-peel() { ${JSON.stringify(process.execPath)} ${JSON.stringify(BIN)} "$@"; }
      ${SCRIPTS.bash}
      COMP_WORDS=(banana-peel remove sa); COMP_CWORD=2; _banana_peel; echo "\${COMPREPLY[@]}"
      COMP_WORDS=(banana-peel ver); COMP_CWORD=1; _banana_peel; echo "\${COMPREPLY[@]}"`;
    expect(execFileSync("bash", ["-c", script], { cwd: app, encoding: "utf8" })).toBe("sample\nverify\n");
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
