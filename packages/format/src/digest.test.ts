import { createHash } from "node:crypto";
import { afterEach, describe, expect, it, vi } from "vitest";
import { baseDigest, fromHex, sha256Hex, toHex } from "./digest.js";
import { caught } from "./testing/caught.js";

const utf8 = (text: string) => new TextEncoder().encode(text);

describe("sha256Hex", () => {
  it.each([
    ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
    ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
    [
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
    ],
  ])("gives FIPS 180-4's value for %j", async (text, digest) => {
    expect(await sha256Hex(utf8(text))).toBe(digest);
  });

  it("reads a view and nothing around it", async () => {
    expect(await sha256Hex(utf8("xabcx").subarray(1, 4))).toBe(await sha256Hex(utf8("abc")));
  });
});

describe("a page that isn't a secure context", () => {
  afterEach(() => vi.unstubAllGlobals());

  it.each([undefined, {}])("is told so, with %j for crypto", async (crypto) => {
    vi.stubGlobal("crypto", crypto);
    // Longer than what Node hashes by its own module.
    const error = await caught(() => sha256Hex(new Uint8Array(2 << 20)));
    expect(error).toMatchObject({ code: "INPUT_INVALID", where: "globalThis.crypto.subtle" });
    expect(error.hint).toContain("HTTPS");
  });
});

describe("hexadecimal", () => {
  it("goes there and back for every byte", () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    expect(toHex(bytes)).toBe(Buffer.from(bytes).toString("hex"));
    expect(fromHex(toHex(bytes))).toEqual(bytes);
    expect(fromHex("")).toEqual(new Uint8Array());
  });

  it.each(["0", "abc", "0x12", "zz", "AB", " 12", "12\n", "1 2"])("refuses %j", async (text) => {
    expect((await caught(() => fromHex(text))).code).toBe("INPUT_INVALID");
  });
});

describe("baseDigest", () => {
  const file = (path: string, content: string) => ({
    path,
    bytes: content.length,
    sha256: createHash("sha256").update(content).digest("hex"),
  });

  it("is the digest of what sha256sum prints, whatever the order of the list", async () => {
    // printf abc > a.onnx; printf '' > data/b.bin; printf abc > B.json
    // LC_ALL=C sha256sum B.json a.onnx data/b.bin | sha256sum
    const files = [file("data/b.bin", ""), file("a.onnx", "abc"), file("B.json", "abc")];
    const expected = "sha256:115842c86fb5140ba5c82803cfcba2b2fd67c3dd16bb13aa5e8415091b23be18";
    expect(await baseDigest({ files: files as never })).toBe(expected);
    expect(await baseDigest({ files: files.reverse() as never })).toBe(expected);
  });

  it("changes with a path and with a byte", async () => {
    const digests = await Promise.all(
      [file("a", "abc"), file("b", "abc"), file("a", "abd")].map((one) => baseDigest({ files: [one] })),
    );
    expect(new Set(digests).size).toBe(3);
  });
});
