import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BaseCard, writeSafetensors } from "@banana-peel/format";
import { addUser, type Registry, startRegistry } from "@banana-peel/registry";
import { afterAll, beforeAll, expect, it } from "vitest";
import { removeScratch, scratch } from "../../client/src/testing/scratch.js";
import { kohyaModule } from "../../importer/src/testing/files.js";
import { runHere } from "./testing/run-here.js";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const NANO = join(ROOT, "bases/nano");
const HOST = "http://127.0.0.1:4873/";

let root: string;
let registry: Registry;
const before = { cwd: process.cwd(), env: { ...process.env } };
beforeAll(async () => {
  root = await scratch();
  await mkdir(join(root, "work"));
  await symlink(join(ROOT, "bases"), join(root, "bases"));
  registry = await startRegistry({ storage: join(root, "registry"), bases: [NANO] });
  for (const name of ["XDG_CONFIG_HOME", "XDG_CACHE_HOME", "HOME"]) process.env[name] = join(root, "home");
  process.env.npm_config_userconfig = join(root, "npmrc");
  process.chdir(join(root, "work"));
});
afterAll(async () => {
  process.chdir(before.cwd);
  process.env = before.env;
  await registry?.close();
  await removeScratch();
});

/** The words of a command line, without its quotes. */
const wordsOf = (line: string) =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word!);

/** Does what a line of the page says. */
async function follow(line: string): Promise<void> {
  const words = wordsOf(line.replaceAll(HOST, registry.url));
  if (line.startsWith("npm create banana-peel "))
    words.splice(0, 3, "banana-peel", "new", "--template", "peel", "--license", "CC0-1.0", "--yes");
  // It hosts until it is stopped, and login asks for a password: the registry runs here, and knows ada already.
  if (words[1] === "registry") return;
  if (words[1] === "login") {
    const { token } = await addUser(registry.url, words[2]!);
    await writeFile(join(root, "npmrc"), `//${new URL(registry.url).host}/:_authToken=${token}\n`);
    return;
  }
  expect(words[0]).toBe("banana-peel");
  const { status, stdout, stderr } = await runHere(...words.slice(1));
  expect(status, `${line}\n${stdout}${stderr}`).toBe(0);
}

it("docs/guides/make-a-peel.md does what it says, from a LoRA to a published peel", async () => {
  const card = JSON.parse(await readFile(join(NANO, "base.json"), "utf8")) as BaseCard;
  const { k, n } = card.targets[0]!;
  const tensors = kohyaModule("lora_unet_blocks_0_attn_q_proj", n, k, 4, 4);
  await writeFile("my-lora.safetensors", writeSafetensors(new Map(Object.entries(tensors))));

  const page = await readFile(join(ROOT, "docs/guides/make-a-peel.md"), "utf8");
  const lines = [...page.matchAll(/```sh\n([\s\S]+?)```/g)].flatMap(([, block]) => block!.trim().split("\n"));
  expect(lines.length).toBeGreaterThan(9);
  for (const line of lines) await follow(line);

  const manifest = JSON.parse(await readFile("my-style/peel/peel.json", "utf8"));
  expect(manifest).toMatchObject({ name: "@peels/my-style", previews: [{ file: "previews/blue.png" }] });
  const info = await runHere("info", "my-style", "--registry", registry.url);
  expect(info.stdout).toContain("0.1.0  nano ^0.1.0");
});
