import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { saveOutput } from "./save-output.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "save-output-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const bytes = (text: string) => new TextEncoder().encode(text);

test("makes the folder, writes the files and nothing else", () => {
  const out = join(folder, "a/b");
  saveOutput(
    out,
    new Map([
      ["x.png", bytes("one")],
      ["y.html", bytes("")],
    ]),
  );
  expect(readdirSync(out).sort()).toEqual(["x.png", "y.html"]);
  expect(readFileSync(join(out, "x.png"), "utf8")).toBe("one");
});

test("takes the place of what was there, and leaves other files", () => {
  writeFileSync(join(folder, "x.png"), "a much longer old one");
  writeFileSync(join(folder, "mine.txt"), "mine");
  saveOutput(folder, new Map([["x.png", bytes("new")]]));
  expect(readFileSync(join(folder, "x.png"), "utf8")).toBe("new");
  expect(readFileSync(join(folder, "mine.txt"), "utf8")).toBe("mine");
});

test("a file that can't be written leaves all as it was", () => {
  writeFileSync(join(folder, "x.png"), "old");
  // A folder stands where the second temporary file would go.
  mkdirSync(join(folder, `.y.html.${process.pid}`, "in the way"), { recursive: true });
  expect(() =>
    saveOutput(
      folder,
      new Map([
        ["x.png", bytes("new")],
        ["y.html", bytes("new")],
      ]),
    ),
  ).toThrow();
  expect(readFileSync(join(folder, "x.png"), "utf8")).toBe("old");
  expect(readdirSync(folder)).not.toContain(`.x.png.${process.pid}`);
});
