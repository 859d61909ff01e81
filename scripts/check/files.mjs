// Holds the size and the names of files, the lock file's freedom from download addresses, and the freedom of the tree
// from unfinished marks.
import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { filesBelow, ROOT } from "./workspaces.mjs";

/** Longest source file in lines; most are far shorter. */
const MAX_LINES = 400;
const CODE = [".ts", ".mjs", ".js", ".py"];
const MARKS = new RegExp(
  `\\b(${["TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK"].join("|")})\\b|\\b(it|test|describe)\\.(only|todo)\\b`,
);

/** What a file's path may hold: a name with a brace or a line's end was left by a test. */
const PATH = /^[\w@.+/ -]+$/;

/** @returns one line for each file that breaks a rule */
export async function checkFiles() {
  const problems = [];
  const folders = ["packages", "registry", "demo", "scripts", "training", "schemas", "bench"];
  const files = (await Promise.all(folders.map((folder) => filesBelow(folder, CODE)))).flat();
  for (const file of files) {
    const text = await readFile(join(ROOT, file), "utf8");
    const lines = text.split("\n").length - 1;
    if (lines > MAX_LINES && !file.endsWith(".test.ts"))
      problems.push(`${file}: ${lines} lines, at most ${MAX_LINES}`);
    const mark = MARKS.exec(text)?.[0];
    if (mark !== undefined) problems.push(`${file}: unfinished mark ${mark}`);
  }
  if (files.length === 0) problems.push("no source file found");
  for (const lock of ["package-lock.json", "training/render/package-lock.json"]) {
    const text = await readFile(join(ROOT, lock), "utf8").catch(() => "");
    if (/"resolved": *"https?:/.test(text)) problems.push(`${lock}: holds download addresses`);
  }
  for (const path of trackedFiles())
    if (!PATH.test(path)) problems.push(`${JSON.stringify(path)}: not a name for a file`);
  return problems;
}

/** Paths that git tracks; none where this is no checkout. */
function trackedFiles() {
  try {
    const listed = execFileSync("git", ["ls-files", "-z"], {
      cwd: ROOT,
      stdio: ["ignore", "pipe", "ignore"],
    });
    return listed
      .toString()
      .split("\0")
      .filter((path) => path !== "");
  } catch {
    return [];
  }
}
