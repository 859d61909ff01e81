import { describe, expect, it } from "vitest";
import { memorySource } from "./source.js";
import { caught } from "./testing/caught.js";

const source = memorySource(
  new Map([
    ["b.md", new Uint8Array(3)],
    ["B.md", new Uint8Array(2)],
    ["a/c.md", new Uint8Array(1)],
  ]),
  "test",
);

describe("memorySource", () => {
  it("lists by code unit and reads within the limit", async () => {
    expect(await source.list()).toEqual(["B.md", "a/c.md", "b.md"]);
    expect((await source.read("b.md", 3)).length).toBe(3);
  });

  it("refuses what is absent or too large", async () => {
    expect(await caught(() => source.read("c.md"))).toMatchObject({ code: "FILE_MISSING", where: "c.md" });
    expect(await caught(() => source.read("b.md", 2))).toMatchObject({
      code: "FILE_TOO_LARGE",
      message: "expected b.md in test to have at most 2 bytes, found 3",
    });
  });
});
