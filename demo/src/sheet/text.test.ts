import { expect, test } from "vitest";
import { byteSize, duration, escapeMarkup, pngAddress, shortDigest, shorten } from "./text.js";

test.each([
  ["<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"],
  [`" onerror='x'`, "&quot; onerror=&#39;x&#39;"],
  ["&lt;", "&amp;lt;"],
  ["a\u0000b\u001bc\u000bd", "a\ufffdb\ufffdc\ufffdd"],
  ["tab\tline\n\r", "tab\tline\n\r"],
  ["\ud83c\udf4c", "\ud83c\udf4c"],
  ["\ud83c alone \udf4c", "\ufffd alone \ufffd"],
  ["\ufffe\uffff", "\ufffd\ufffd"],
])("escapes %j", (text, expected) => {
  expect(escapeMarkup(text)).toBe(expected);
});

test.each([
  [0.004, "0.00 ms"],
  [0.042, "0.04 ms"],
  [0.42, "0.4 ms"],
  [9.94, "9.9 ms"],
  [58.4, "58 ms"],
  [999, "999 ms"],
  [1000, "1.0 s"],
  [65_432, "65.4 s"],
])("%d milliseconds are %s", (ms, expected) => {
  expect(duration(ms)).toBe(expected);
});

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1000, "1.0 kB"],
  [999_949, "999.9 kB"],
  [999_950, "1.0 MB"],
  [3_141_592, "3.1 MB"],
])("%d bytes are %s", (bytes, expected) => {
  expect(byteSize(bytes)).toBe(expected);
});

test("shortens a digest behind its algorithm, and only when there is more", () => {
  expect(shortDigest("sha256:0123456789abcdef", 4)).toBe("sha256:0123\u2026");
  expect(shortDigest("sha512-0123456789", 4)).toBe("sha512-0123\u2026");
  expect(shortDigest("sha256:0123", 4)).toBe("sha256:0123");
});

test("shortens by characters, never through one", () => {
  expect(shorten("four", 4)).toBe("four");
  expect(shorten("fives", 4)).toBe("fiv\u2026");
  expect(shorten("ab\ud83c\udf4c\ud83c\udf4c", 4)).toBe("ab\ud83c\udf4c\ud83c\udf4c");
  expect(shorten("a b c", 3)).toBe("a\u2026");
});

test("a picture's address holds its bytes", () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
  const address = pngAddress(bytes);
  expect(address).toMatch(/^data:image\/png;base64,/);
  expect(Buffer.from(address.slice(22), "base64")).toEqual(Buffer.from(bytes));
});
