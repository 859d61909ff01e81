import { describe, expect, it } from "vitest";
import { isDistTag, isPeelName, parsePeelRequest, requirePeelName } from "./names.js";
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
    ["a range with a line break", "x@^1.0.0\n"],
    ["a device of Windows", "con"],
    ["a device of Windows with an extension", "nul.x"],
    ["a device of Windows as scope", "@lpt1/x"],
    ["a dot at the end", "medical."],
    ["a scope with a dot at the end", "@acme./x"],
    ["npm's own folder", "@acme/node_modules"],
    ["a Greek omicron", "m\u03bfdel"],
    ["a letter of the mathematical alphabets", "\u{1d5ba}bc"],
    ["a text that turns around", "a\u202eb"],
    ["a soft hyphen", "medi\u00adcal"],
    ["a hyphen that is none", "medical\u2010imaging"],
    ["a drive", "c:x"],
    ["a home folder", "~/x"],
    ["an option in the range's place", "--global@1"],
    ["an alias of npm in the range's place", "@peels/x@npm:y"],
    ["a path in the range's place", "x@file:../y"],
    ["an address in the range's place", "x@https://example.com/x.tgz"],
    ["a Windows path in the range's place", "x@..\\y"],
  ])("refuses %s", async (_, text) => {
    const error = await caught(() => parsePeelRequest(text));
    expect(error).toMatchObject({ code: "NAME_INVALID" });
    expect(error.hint).toBeDefined();
  });

  it.each([
    ["medic\u0430l", "U+0430 is not a character of names"],
    ["-g", "it begins like an option"],
    ["Medical", "names are in lower case"],
    ["../x", "it looks like a path"],
    ["aux", "aux is reserved"],
  ])("says of %s why", async (text, why) => {
    expect((await caught(() => parsePeelRequest(text))).message).toContain(why);
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
    for (const name of ["x", "@acme/X", "@acme/x\n", "@acme/x@1", "@acme/aux", `@a/${"b".repeat(212)}`])
      expect(isPeelName(name)).toBe(false);
    for (const name of ["@acme/auxiliary", "@acme/con-x", "@con-x/a", "@acme/com10"])
      expect(isPeelName(name)).toBe(true);
  });
});

describe("requirePeelName", () => {
  it("gives the name, or says where it isn't one", async () => {
    expect(requirePeelName("@acme/x")).toBe("@acme/x");
    expect(await caught(() => requirePeelName("@acme/../x", "banana.lock:/peels"))).toMatchObject({
      code: "NAME_INVALID",
      where: "banana.lock:/peels",
    });
  });
});

describe("isDistTag", () => {
  it("takes words, and nothing that could be a version, a range, an address or an option", () => {
    for (const tag of ["latest", "next", "beta.1", "v-next"]) expect(isDistTag(tag), tag).toBe(true);
    for (const tag of [
      "",
      "1",
      "v1",
      "x",
      "x1",
      "^1",
      "-g",
      "--tag",
      "a/b",
      "../a",
      "npm:a",
      "a b",
      "é",
      "*",
    ])
      expect(isDistTag(tag), tag).toBe(false);
  });
});
