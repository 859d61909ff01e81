import { describe, expect, it } from "vitest";
import { isPeelName, parsePeelRequest } from "./names.js";
import { caught } from "./testing/caught.js";

describe("parsePeelRequest", () => {
  it.each([
    ["medical-imaging", "@peels/medical-imaging", undefined],
    ["medical-imaging@^1.0.0", "@peels/medical-imaging", "^1.0.0"],
    ["@acme/x-ray", "@acme/x-ray", undefined],
    ["@acme/x-ray@latest", "@acme/x-ray", "latest"],
    ["@acme/x-ray@>=1 <2 || 3.x", "@acme/x-ray", ">=1 <2 || 3.x"],
    ["a", "@peels/a", undefined],
    ["0._-", "@peels/0._-", undefined],
  ])("reads %s", (text, name, range) => {
    expect(parsePeelRequest(text)).toEqual({ name, range });
  });

  it("takes another scope for bare names", () => {
    expect(parsePeelRequest("x@1", "@acme")).toEqual({ name: "@acme/x", range: "1" });
  });

  it.each([
    ["nothing", ""],
    ["white space", " "],
    ["upper case", "Medical"],
    ["an option of npm", "--registry=http://evil.example"],
    ["a short option", "-g"],
    ["an option as scope", "@-g/x"],
    ["an option as name", "@acme/-g"],
    ["a path", "../peel"],
    ["an absolute path", "/etc/passwd"],
    ["a Windows path", "c:\\peel"],
    ["a dot", "."],
    ["a hidden scope", "@.acme/x"],
    ["a name that climbs", "@acme/../x"],
    ["two slashes", "@acme/x/y"],
    ["no scope before the slash", "acme/x"],
    ["an empty scope", "@/x"],
    ["an empty name", "@acme/"],
    ["only a scope", "@acme"],
    ["an empty range", "x@"],
    ["an address", "https://example.com/x.tgz"],
    ["a git address", "git+ssh://git@example.com/x.git"],
    ["an alias of npm", "npm:x"],
    ["a Cyrillic a", "medic\u0430l"],
    ["full-width letters", "ｍedical"],
    ["a zero-width space", "medi\u200bcal"],
    ["a combining accent", "cafe\u0301"],
    ["a line break", "x\n"],
    ["a NUL", "x\0"],
    ["an encoded slash", "@acme%2fx"],
    ["a shell's substitution", "$(id)"],
    ["a name of 215 characters", `@a/${"b".repeat(212)}`],
    ["a range of 201 characters", `x@${"1".repeat(201)}`],
  ])("refuses %s", async (_, text) => {
    const error = await caught(() => parsePeelRequest(text));
    expect(error).toMatchObject({ code: "NAME_INVALID" });
    expect(error.hint).toBeDefined();
  });

  it("takes a name of 214 characters", () => {
    const name = `@a/${"b".repeat(211)}`;
    expect(parsePeelRequest(name).name).toBe(name);
    expect(isPeelName(name)).toBe(true);
  });
});

describe("isPeelName", () => {
  it("asks for the scope", () => {
    expect(isPeelName("@acme/x")).toBe(true);
    for (const name of ["x", "@acme/X", "@acme/x\n", "@acme/x@1", `@a/${"b".repeat(212)}`])
      expect(isPeelName(name)).toBe(false);
  });
});
