import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { BananaError, isBananaError } from "./banana-error.js";
import { ERROR_CODES, errorInfo } from "./codes.js";

describe("the table of codes", () => {
  it("has every code of every domain, each in one only", async () => {
    const here = fileURLToPath(new URL(".", import.meta.url));
    const files = (await readdir(here)).filter((name) => name.endsWith("-codes.ts"));
    const domains = await Promise.all(files.map((name) => import(join(here, name))));
    const codes = domains.flatMap((domain) => Object.values(domain as object).flatMap(Object.keys));
    expect(codes.length).toBeGreaterThan(20);
    expect([...codes].sort()).toEqual(ERROR_CODES);
  });

  it.each(ERROR_CODES)("%s has a title, an explanation and an exit status", (code) => {
    const { title, explanation, exit } = errorInfo(code);
    expect(code).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
    expect(title).toMatch(/^\S.*\.$/);
    expect(explanation).toMatch(/[.]$/);
    expect(explanation).not.toBe(title);
    expect([1, 2, 3, 4, 5, 6, 7, 130]).toContain(exit);
  });
});

describe("BananaError", () => {
  const cause = new Error("below");
  const error = new BananaError("NAME_INVALID", "expected a, found b", {
    hint: "Do c.",
    where: "d",
    cause,
    details: { e: 1 },
  });

  it("carries code, place, mend, cause and exit status, and is JSON", () => {
    expect(error.exitStatus).toBe(2);
    expect(error.cause).toBe(cause);
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      code: "NAME_INVALID",
      message: "expected a, found b",
      where: "d",
      hint: "Do c.",
      details: { e: 1 },
    });
    expect("cause" in new BananaError("NAME_INVALID", "x")).toBe(false);
  });

  it("is known by its name and code, also from another copy of the package", () => {
    const foreign = Object.assign(new Error("x"), { name: "BananaError", code: "NAME_INVALID" });
    expect([error, foreign].every(isBananaError)).toBe(true);
    expect([cause, null, "BananaError", { name: "BananaError", code: "X" }].some(isBananaError)).toBe(false);
  });
});
