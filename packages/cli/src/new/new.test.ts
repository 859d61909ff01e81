import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeSafetensors } from "@banana-peel/format";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeBase } from "../../../client/src/testing/sample-peel.js";
import { removeScratch, scratch, snapshot } from "../../../client/src/testing/scratch.js";
import { kohyaModule } from "../../../importer/src/testing/files.js";
import { runHere as cli } from "../testing/run-here.js";
import { answersFrom, nameFor } from "./answers.js";
import { scaffold } from "./scaffold.js";
import { TEMPLATE_NAMES } from "./templates.js";

let root: string;
beforeAll(async () => {
  root = await scratch();
});
afterAll(removeScratch);

const at = (name: string) => join(root, name);

describe("new", () => {
  it.each(TEMPLATE_NAMES)("makes %s with every place filled, whatever the words", async (template) => {
    const folder = at(`odd ${template}`);
    const made = await cli(
      "new",
      folder,
      "-t",
      template,
      "--yes",
      "--description",
      'Says "hi" & <b>.',
      "--json",
    );
    expect(made.status, made.stderr).toBe(0);
    const { files, next } = JSON.parse(made.stdout) as { files: string[]; next: string[] };
    expect(files).toContain(".gitignore");
    expect(files.includes(".npmrc")).toBe(["host-node", "host-web"].includes(template));
    expect(next[1]).toBe("npm install");
    for (const file of files) {
      const text = await readFile(join(folder, file), "utf8");
      expect(text, file).not.toContain("{{");
      if (file.endsWith(".json")) expect(() => JSON.parse(text), file).not.toThrow();
    }
    expect(JSON.parse(await readFile(join(folder, "package.json"), "utf8")).name).toBe(`odd-${template}`);
    expect(await readdir(root)).not.toContainEqual(expect.stringContaining(".tmp"));
  });

  it("fills an empty folder and one with a repository, and leaves others alone", async () => {
    await mkdir(at("repo/.git"), { recursive: true });
    expect((await cli("new", at("repo"), "-t", "peel", "-y")).status).toBe(0);
    const before = await snapshot(at("repo"));
    const again = await cli("new", at("repo"), "-t", "host-node", "-y");
    expect([again.status, again.stderr]).toEqual([7, expect.stringContaining("FOLDER_EXISTS")]);
    expect(await snapshot(at("repo"))).toEqual(before);
    await writeFile(at("file"), "");
    expect((await cli("new", at("file"), "-t", "peel", "-y")).status).toBe(7);
  });

  it.each<[string[], string]>([
    [[], "expected a folder and --template"],
    [["x"], "found no template"],
    [["x", "-t", "pel"], "Did you mean peel?"],
    [["x", "-t", "peel", "-y", "--name", "../up"], "NAME_INVALID"],
    [["x", "-t", "peel", "-y", "--name", "cat@1"], "NAME_INVALID"],
  ])("in a pipe, %j says %s", async (args, words) => {
    const failed = await cli("new", ...args.map((arg) => (arg === "x" ? at("never") : arg)));
    expect([failed.status, failed.stderr]).toEqual([2, expect.stringContaining(words)]);
    expect(await readdir(root)).not.toContain("never");
  });

  it("names a peel by its folder", () => {
    expect(nameFor("/tmp/My Peel!")).toBe("my-peel");
    expect(nameFor("/tmp/Große Blüte")).toBe("gro-e-blute");
    expect(answersFrom({ yes: true })).toMatchObject({
      template: "peel",
      folder: "my-peel",
      name: "@peels/my-peel",
    });
    expect(answersFrom({ yes: true, name: "@team/x" })).toMatchObject({
      name: "@team/x",
      license: "CC-BY-4.0",
    });
  });

  it("a template that asks for what nobody gives is a fault, and leaves nothing", async () => {
    await expect(scaffold("peel", at("faulty"), {} as never)).rejects.toThrow("no value for {{");
    expect(await readdir(root)).not.toContain("faulty");
  });
});

describe("the peel", () => {
  it("made from a LoRA is valid at once", async () => {
    const base = await writeBase(at("own-base"));
    const lora = at("own.safetensors");
    const tensors = kohyaModule("lora_unet_blocks_0_attn_q_proj", 4, 8, 2, 2);
    await writeFile(lora, writeSafetensors(new Map(Object.entries(tensors))));
    const folder = at("whole");
    const flags = ["-t", "peel", "--license", "CC0-1.0", "-y"];
    const made = await cli("new", folder, ...flags, "--lora", lora, "--base", base, "--json");
    expect(made.status, made.stderr).toBe(0);
    expect(JSON.parse(made.stdout)).toMatchObject({
      adapter: { format: "kohya", rank: 2, covered: 1 },
      next: [`cd ${folder}`, "npm install", "npm run validate"],
    });
    const valid = await cli("validate", folder, "--base", base);
    expect([valid.status, valid.stdout]).toEqual([0, expect.stringContaining("0 errors, 0 warnings")]);

    for (const [name, args, code] of [
      ["no-base", ["-t", "peel", "--lora", lora], "USAGE"],
      ["no-lora", ["-t", "peel", "--base", base], "USAGE"],
      ["app", ["-t", "host-node", "--lora", lora, "--base", base], "USAGE"],
      ["missing", ["-t", "peel", "--lora", at("nowhere.safetensors"), "--base", base], "FILE_MISSING"],
    ] as const) {
      const failed = await cli("new", at(name), ...args, "-y");
      expect([failed.status === 0, failed.stderr], name).toEqual([false, expect.stringContaining(code)]);
      expect(await readdir(root)).not.toContain(name);
    }
  });

  it("is valid once an adapter is imported; validate says what is missing until then", async () => {
    const folder = at("my-style");
    await cli("new", folder, "-t", "peel", "--license", "CC0-1.0", "-y");
    const missing = await cli("validate", folder);
    expect([missing.status, missing.stdout]).toEqual([
      3,
      expect.stringMatching(/adapters.+\n.+\n {2}mend: .+/),
    ]);

    const base = ["--base", await writeBase(at("base"))];
    const lora = at("lora.safetensors");
    const tensors = kohyaModule("lora_unet_blocks_0_attn_q_proj", 4, 8, 2, 2);
    await writeFile(lora, writeSafetensors(new Map(Object.entries(tensors))));
    const imported = await cli("import", lora, ...base, "--into", folder);
    expect(imported.status, imported.stderr).toBe(0);
    expect(imported.stdout).toMatch(/^imported @peels\/my-style 0\.1\.0 into .+peel \(kohya/);
    const valid = await cli("validate", folder, ...base);
    expect([valid.status, valid.stdout]).toEqual([0, expect.stringContaining("0 errors, 0 warnings")]);
    await cli("import", lora, ...base, "--into", folder);
    const manifest = JSON.parse(await readFile(join(folder, "peel/peel.json"), "utf8"));
    expect(manifest.adapters).toHaveLength(1);

    // The configuration is what counts: a new version goes into the tarball.
    const config = join(folder, "peel.config.ts");
    await writeFile(config, (await readFile(config, "utf8")).replace('"0.1.0"', '"0.2.0"'));
    const packed = await cli("pack", folder, "-o", at("style.tgz"), "--json");
    expect(JSON.parse(packed.stdout)).toMatchObject({ name: "@peels/my-style", version: "0.2.0" });
    const both = await cli("import", lora, ...base, "--into", folder, "-o", at("other"));
    expect([both.status, both.stderr]).toEqual([2, expect.stringContaining("found both")]);
    expect((await cli("import", lora, ...base)).stderr).toContain("found neither");
  });
});
