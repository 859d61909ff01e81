import { readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { BananaError } from "@banana-peel/format";
import { diskError, makeFolder, unmakeFolder } from "@banana-peel/format/node";
import { type TemplateName, templateFolder } from "./templates.js";

/** What a template's places are filled with. */
export interface Values {
  /** Full name of the peel. */
  readonly name: string;
  readonly description: string;
  /** SPDX expression. */
  readonly license: string;
  /** Version of Banana Peel's packages. */
  readonly version: string;
}

/** Files of a template in which places are filled: all of them are text. */
const MAX_BYTES = 100_000;

/**
 * Makes a folder from a template, as a whole or not at all. `{{place}}` in the text is filled; in JSON and TypeScript
 * the value is escaped as inside a string. Files `_gitignore` and `_npmrc`
 * become `.gitignore` and `.npmrc`, which npm would leave out of a package.
 * @returns the paths of its files, sorted
 * @throws BananaError FOLDER_EXISTS, DISK_FULL, TARGET_READ_ONLY
 */
export async function scaffold(template: TemplateName, folder: string, values: Values): Promise<string[]> {
  const out = resolve(folder);
  const staging = join(dirname(out), `.${basename(out)}.${process.pid}.tmp`);
  const made: [folder: string, top: string | undefined][] = [];
  const make = async (path: string) => made.push([path, await makeFolder(path)]);
  const moved: string[] = [];
  let writing: [path: string, bytes?: number] = [folder];
  const all = { ...values, folder: packageName(basename(out)) };
  try {
    const there = await readdir(out).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return [];
      throw error;
    });
    // A folder that was made for it, with a repository perhaps, is as good as none.
    if (there.some((name) => name !== ".git")) throw taken(folder);
    const files = await filesOf(templateFolder(template));
    await make(dirname(out));
    await makeFolder(staging);
    const written: string[] = [];
    for (const path of files) {
      const text = await readFile(join(templateFolder(template), path), "utf8");
      const target = path.replace(/(^|\/)_(gitignore|npmrc)$/, "$1.$2");
      await makeFolder(dirname(join(staging, target)));
      const filled = Buffer.from(fill(text.slice(0, MAX_BYTES), all, path));
      writing = [join(folder, target), filled.length];
      await writeFile(join(staging, target), filled);
      written.push(target);
    }
    writing = [folder];
    await make(out);
    for (const name of await readdir(staging)) {
      await rename(join(staging, name), join(out, name));
      moved.push(name);
    }
    await rm(staging, { recursive: true, force: true }).catch(() => {});
    return written.sort();
  } catch (error) {
    for (const name of moved) await rm(join(out, name), { recursive: true, force: true }).catch(() => {});
    await rm(staging, { recursive: true, force: true }).catch(() => {});
    for (const [path, top] of made.reverse()) await unmakeFolder(path, top);
    throw diskError(error, ...writing);
  }
}

async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll("\\", "/"),
    );
}

function fill(text: string, values: Readonly<Record<string, string>>, path: string): string {
  const escaped = /\.(json|ts|tsx|js)$/.test(path);
  return text.replace(/\{\{(\w+)\}\}/g, (_, place: string) => {
    const value = values[place];
    if (value === undefined) throw new Error(`${path}: no value for {{${place}}}`);
    if (escaped) return JSON.stringify(value).slice(1, -1);
    return path.endsWith(".html")
      ? value.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`)
      : value;
  });
}

/** A folder's name as npm takes it for a package. */
function packageName(text: string): string {
  return (
    text
      .toLowerCase()
      .replace(/[^a-z0-9._-]+/g, "-")
      .replace(/^[._-]+/, "") || "app"
  );
}

function taken(folder: string): BananaError {
  return new BananaError("FOLDER_EXISTS", `expected an empty folder at ${folder}, found files in it`, {
    where: folder,
    hint: "Name a new folder, or move this one away.",
  });
}
