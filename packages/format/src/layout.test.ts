import { describe, expect, it } from "vitest";
import { FILES, isSafePath } from "./layout.js";

describe("isSafePath", () => {
  it.each([
    ...Object.values(FILES),
    "previews/one.png",
    "_a/B-2/c.d_e.md",
    "a..b",
    "a".repeat(255),
    "console",
    "nulls/x",
    "com10",
  ])("takes %s", (path) => {
    expect(isSafePath(path)).toBe(true);
  });

  it.each([
    "",
    ".",
    "..",
    "../x",
    "a/../b",
    "a/./b",
    "/a",
    "a/",
    "a//b",
    "a\\b",
    "..\\x",
    "c:a",
    ".hidden",
    "a/.hidden",
    "-option",
    "a/-option",
    "a b",
    "a\nb",
    "a\0",
    "é.png",
    "e\u0301.png",
    "a\u202egnp.exe",
    "a*",
    "a?",
    "%2e%2e/x",
    "a.",
    "a./b",
    "con",
    "CON",
    "nul.png",
    "previews/aux.txt",
    "com1/x.png",
    "lpt9",
    "a".repeat(256),
  ])("refuses %j", (path) => {
    expect(isSafePath(path)).toBe(false);
  });
});
