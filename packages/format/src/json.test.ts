import { describe, expect, it } from "vitest";
import { parseJson } from "./json.js";
import { LIMITS } from "./limits.js";
import { caught } from "./testing/caught.js";

const utf8 = (text: string) => new TextEncoder().encode(text);
const parse = (text: string) => parseJson(utf8(text), "x.json");

describe("parseJson", () => {
  it("gives what JSON.parse gives", () => {
    for (const text of [
      "null",
      "-1.5e-3",
      '"\\u0041\\ud83d\\ude00"',
      "[1,[2,[3]]]",
      '{"a":{"b":[true,false,null]},"c":"é\u2028\u2029"}',
      ' \t\r\n{ "a" : 1 }\n',
      '{"a":{"x":1},"b":{"x":1}}',
      '{"constructor":1,"toString":2,"hasOwnProperty":3}',
    ])
      expect(parse(text)).toEqual(JSON.parse(text));
  });

  it("keeps __proto__ as an own key, without touching prototypes", () => {
    const value = parse('{"__proto__":{"polluted":true}}') as Record<string, unknown>;
    expect(Object.keys(value)).toEqual(["__proto__"]);
    expect(value.polluted).toBeUndefined();
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it.each([
    ["at the top", '{"a":1,"b":2,"a":3}', "x.json:1:14"],
    ["nested in arrays", '[{"b":[{"a":1,\n"a":2}]}]', "x.json:2:1"],
    ["after decoding escapes", '{"a":1,"\\u0061":2}', "x.json:1:8"],
    ["as __proto__", '{"__proto__":1,"__proto__":2}', "x.json:1:16"],
    ["as the empty key", '{"":1,"":2}', "x.json:1:7"],
  ])("refuses a key twice %s", async (_, text, where) => {
    const error = await caught(() => parse(text));
    expect(error).toMatchObject({ code: "JSON_INVALID", where });
    expect(error.message).toMatch(/twice/);
  });

  it.each([
    "",
    " ",
    "{",
    '{"a":1,}',
    "[1,]",
    "{a:1}",
    "{'a':1}",
    "01",
    "+1",
    "NaN",
    "Infinity",
    "// c\n1",
    "/* c */1",
    '"\t"',
    '"\\x41"',
    '"\\u12"',
    "1 2",
    "tru",
    "undefined",
    "[1}",
    "]",
  ])("refuses %j", async (text) => {
    expect(await caught(() => parse(text))).toMatchObject({ code: "JSON_INVALID" });
  });

  it("refuses every truncation of a document", async () => {
    const text = '{"name":"@a/b","list":[1,-2.5e3,"\\u00e9",{"x":null}],"ok":true}';
    for (let end = 0; end < text.length; end++)
      expect((await caught(() => parse(text.slice(0, end)))).code).toBe("JSON_INVALID");
  });

  it("refuses a byte-order mark", async () => {
    const error = await caught(() => parseJson(new Uint8Array([0xef, 0xbb, 0xbf, 0x31]), "x.json"));
    expect(error.code).toBe("JSON_INVALID");
  });

  it.each([
    ["a lone continuation byte", [0x22, 0x80, 0x22]],
    ["an overlong slash", [0x22, 0xc0, 0xaf, 0x22]],
    ["an encoded surrogate", [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ["a cut character", [0x22, 0xe2, 0x82, 0x22]],
    ["a value beyond U+10FFFF", [0x22, 0xf4, 0x90, 0x80, 0x80, 0x22]],
    ["UTF-16", [0xff, 0xfe, 0x31, 0x00]],
  ])("refuses %s", async (_, bytes) => {
    const error = await caught(() => parseJson(Uint8Array.from(bytes), "x.json"));
    expect(error).toMatchObject({ code: "JSON_INVALID", hint: "Save the file as UTF-8." });
  });

  it("allows the deepest nesting and refuses one level more, however deep", async () => {
    const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
    expect(() => parse(nested(LIMITS.jsonDepth))).not.toThrow();
    for (const depth of [LIMITS.jsonDepth + 1, 1_000_000])
      expect((await caught(() => parse(nested(depth)))).message).toMatch(/levels of nesting/);
    expect((await caught(() => parse('{"a":'.repeat(500_000)))).code).toBe("JSON_INVALID");
  });

  it("does not count brackets in text", () => {
    expect(parse(`["${'[{\\"'.repeat(100)}"]`)).toHaveLength(1);
  });

  it("refuses more bytes than the limit, before reading them", async () => {
    const error = await caught(() => parseJson(new Uint8Array(11).fill(0xff), "x.json", 10));
    expect(error).toMatchObject({ code: "FILE_TOO_LARGE", where: "x.json" });
    expect(error.message).toBe("expected x.json to have at most 10 bytes, found 11");
    expect(parseJson(utf8("1234567890"), "x.json", 10)).toBe(1234567890);
  });
});
