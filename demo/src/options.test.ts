import { join } from "node:path";
import { expect, test } from "vitest";
import { HELP, ROOT, readOptions } from "./options.js";

test("by default takes the base and the peel of the repository", () => {
  expect(readOptions([], "/somewhere")).toEqual({
    json: false,
    base: join(ROOT, "bases/nano"),
    peel: join(ROOT, "bases/nano/peels/medical-imaging"),
    out: join(ROOT, "demo/out"),
  });
});

test("takes paths from where it was called", () => {
  expect(readOptions(["--json", "--base", "b", "--peel=p", "--out", "/o"], "/somewhere")).toEqual({
    json: true,
    base: "/somewhere/b",
    peel: "/somewhere/p",
    out: "/o",
  });
});

test("help names every option", () => {
  expect(readOptions(["--help"], "/")).toBeUndefined();
  for (const name of ["--json", "--base", "--peel", "--out"]) expect(HELP).toContain(name);
});

test.each([[["--fast"]], [["--base"]], [["--json=yes"]], [["extra"]]])("refuses %j", (args) => {
  expect(() => readOptions(args, "/")).toThrow(TypeError);
});
