import fc from "fast-check";
import parse from "spdx-expression-parse";
import { describe, expect, it } from "vitest";
import { LICENSE_EXCEPTIONS, LICENSE_IDS } from "../generated/spdx.js";
import { checkLicense } from "./spdx.js";

/** The verdict of another implementation. */
function accepts(text: string): boolean {
  try {
    parse(text);
    return true;
  } catch {
    return false;
  }
}

describe("checkLicense", () => {
  it.each([
    "MIT",
    "Apache-2.0 OR MIT",
    "(MIT AND CC-BY-4.0) OR LicenseRef-Mine",
    "GPL-2.0-only WITH Classpath-exception-2.0",
    "GPL-2.0+",
    "DocumentRef-spdx-tool-1.2:LicenseRef-MIT-Style-2",
    "BSD-3-Clause AND LicenseRef-MNI",
    `${"(".repeat(50)}MIT${")".repeat(50)}`,
  ])("accepts %s", (text) => {
    expect(checkLicense(text)).toBeUndefined();
    expect(accepts(text)).toBe(true);
  });

  it.each([
    ["mit", "MIT"],
    ["Apache 2.0", "Apache-2.0"],
    ["Apache-2", "Apache-2.0"],
    ["apache2", "Apache-2.0"],
    ["CC0", "CC0-1.0"],
    ["CC-BY", "CC-BY-4.0"],
    ["cc by 3.0", "CC-BY-3.0"],
    ["MIT License", "MIT"],
    ["CC-BY-NC-SA-4", "CC-BY-NC-SA-4.0"],
    ["GPLv3", "GPL-3.0-only"],
    ["UNLICENSED", "LicenseRef-Custom"],
    ["SEE LICENSE IN LICENSE", "LicenseRef-Custom"],
    ["openrail", "LicenseRef-CreativeML-OpenRAIL-M"],
    ["GPL-2.0-only WITH Classpath-exception", "Classpath-exception-2.0"],
  ])("refuses %s and suggests %s", (text, suggestion) => {
    expect(checkLicense(text)?.suggestion).toBe(suggestion);
    expect(accepts(text)).toBe(false);
  });

  it.each([
    "",
    "  ",
    "MIT AND",
    "OR MIT",
    "(MIT",
    "MIT)",
    "()",
    "MIT MIT",
    "MIT WITH",
    "NOASSERTION",
    "+",
    "LicenseRef-",
    "LicenseRef-a+",
    "qqqqqqqqqqqqqqqqq",
    `${"(".repeat(51)}MIT${")".repeat(51)}`,
  ])("refuses %j", (text) => {
    expect(checkLicense(text)).toMatchObject({ message: expect.stringMatching(/^expected .+, found /) });
  });

  it("wants operators in capitals (annex D: they are matched case-sensitively)", () => {
    expect(checkLicense("MIT or Apache-2.0")?.suggestion).toBe("OR");
  });

  it("knows every identifier of the list, and suggests one for each that is misspelt", () => {
    for (const id of LICENSE_IDS) expect(checkLicense(id)).toBeUndefined();
    for (const id of LICENSE_IDS.slice(0, 100)) expect(checkLicense(`${id}xq`)?.suggestion).toBeDefined();
  });

  it("judges as spdx-expression-parse does", () => {
    const id = fc.constantFrom(...LICENSE_IDS, "LicenseRef-a", "GPL", "mit", "DocumentRef-a:LicenseRef-b");
    const word = fc.oneof(
      { weight: 4, arbitrary: id },
      { weight: 3, arbitrary: fc.constantFrom("AND", "OR", "(", ")") },
      { weight: 1, arbitrary: fc.constantFrom("WITH", "+", "LicenseRef-") },
      { weight: 1, arbitrary: fc.constantFrom(...LICENSE_EXCEPTIONS) },
    );
    const expression = fc.array(word, { minLength: 1, maxLength: 9 }).map((words) => words.join(" "));
    fc.assert(
      fc.property(expression, (text) => {
        expect(checkLicense(text) === undefined).toBe(accepts(text));
      }),
      { numRuns: 2000, seed: 20260101 },
    );
  });
});
