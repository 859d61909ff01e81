// Runs the README's three uses as a reader would: each shell line and the program, taken from the text itself.
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { addUser, type Registry, startRegistry } from "@banana-peel/registry";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ROOT } from "./sandbox.js";

const run = promisify(execFile);
let folder: string;
let registry: Registry;
let env: NodeJS.ProcessEnv;

/** The fenced blocks of one language under a heading of the README. */
async function blocks(heading: string, language: string): Promise<string[]> {
  const text = await readFile(join(ROOT, "README.md"), "utf8");
  const section = text.split(/^### /m).find((part) => part.startsWith(`${heading}\n`));
  if (section === undefined) throw new Error(`README.md has no section ${heading}`);
  return [...section.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, "gm"))].map(
    (m) => m[1]!,
  );
}

async function shell(heading: string, cwd: string): Promise<string> {
  const lines = (await blocks(heading, "sh")).join("\n").split("\n").filter(Boolean);
  if (lines.length === 0) throw new Error(`README.md has no command under ${heading}`);
  let output = "";
  for (const line of lines) {
    const { stdout, stderr } = await run("bash", ["-c", line], { cwd, env });
    output += stdout + stderr;
  }
  return output;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "readme-test-"));
  for (const name of ["bin", "home", "app", "store"]) await mkdir(join(folder, name));
  await symlink(join(ROOT, "bases"), join(folder, "bases"));
  await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
  await symlink(join(ROOT, "packages/cli/bin/banana-peel.js"), join(folder, "bin/banana-peel"));
  registry = await startRegistry({ storage: join(folder, "storage"), bases: [join(ROOT, "bases/nano")] });
  const { token } = await addUser(registry.url, "reader");
  const host = registry.url.replace(/^https?:/, "").replace(/\/?$/, "/");
  await writeFile(
    join(folder, "home/.npmrc"),
    `@peels:registry=${registry.url}\n${host}:_authToken=${token}\n`,
  );
  await writeFile(
    join(folder, "app/package.json"),
    JSON.stringify({ name: "app", private: true, type: "module" }),
  );
  env = {
    ...process.env,
    PATH: `${join(folder, "bin")}${delimiter}${process.env.PATH}`,
    HOME: join(folder, "home"),
    npm_config_userconfig: join(folder, "home/.npmrc"),
    XDG_CONFIG_HOME: join(folder, "home/config"),
    BANANA_PEEL_STORE: join(folder, "store"),
    ORT_DISABLE_TELEMETRY: "1",
  };
});
afterAll(async () => {
  await registry?.close();
  await rm(folder, { recursive: true, force: true });
});

describe("README.md", () => {
  test("publish a peel", async () => {
    expect(await shell("Publish a peel", ROOT)).toContain("@peels/medical-imaging");
  });

  test("add a peel", async () => {
    expect(await shell("Add a peel", join(folder, "app"))).toContain("@peels/medical-imaging");
    const lock = JSON.parse(await readFile(join(folder, "app/banana.lock"), "utf8"));
    expect(Object.keys(lock.peels)).toEqual(["@peels/medical-imaging"]);
  });

  test("load it in a host app", async () => {
    const programs = await blocks("Load it in a host app", "js");
    expect(programs).toHaveLength(1);
    await writeFile(join(folder, "app/main.js"), programs[0]!);
    const { stdout } = await run(process.execPath, ["main.js"], { cwd: join(folder, "app"), env });
    expect(stdout).toMatch(/attached|merged/);
    const picture = await readFile(join(folder, "app/picture.png"));
    expect(picture.subarray(1, 4).toString()).toBe("PNG");
  });
});
