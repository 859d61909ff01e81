import { generateKeyPairSync, sign, verify } from "node:crypto";
import { describe, expect, it } from "vitest";
import { derToRaw, rawToDer } from "./der.js";

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replace(/\s/g, ""), "hex"));

describe("DER of ECDSA signatures", () => {
  it.each([
    ["prime256v1", "sha256", 32],
    ["secp384r1", "sha384", 48],
    ["secp521r1", "sha512", 66],
  ])("agrees with OpenSSL on %s, both ways", (namedCurve, hash, bytes) => {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve });
    for (let i = 0; i < 100; i++) {
      const data = Buffer.from(`message ${i}`);
      const der = sign(hash, data, privateKey);
      const raw = derToRaw(der, bytes);
      expect(raw).toHaveLength(2 * bytes);
      expect(verify(hash, data, { key: publicKey, dsaEncoding: "ieee-p1363" }, raw!)).toBe(true);
      expect(Buffer.from(rawToDer(raw!))).toEqual(der);
    }
  });

  it("keeps small and large integers", () => {
    for (const [r, s] of [
      ["01", "ff"],
      ["80", "7f"],
      [`${"ff".repeat(32)}`, "01"],
    ] as const) {
      const raw = hex(r.padStart(64, "0") + s.padStart(64, "0"));
      expect(derToRaw(rawToDer(raw), 32)).toEqual(raw);
    }
  });

  it.each([
    ["nothing", ""],
    ["only a tag", "30"],
    ["another tag", "31 06 02 01 01 02 01 01"],
    ["a length that is too long", "30 07 02 01 01 02 01 01"],
    ["a length that is too short", "30 05 02 01 01 02 01 01"],
    ["a byte after the end", "30 06 02 01 01 02 01 01 00"],
    ["a byte after s inside", "30 07 02 01 01 02 01 01 00"],
    ["a third integer", "30 09 02 01 01 02 01 01 02 01 01"],
    ["an indefinite length", "30 80 02 01 01 02 01 01 00 00"],
    ["a length of two bytes where one would do", "30 81 06 02 01 01 02 01 01"],
    ["a length of three bytes", "30 82 00 06 02 01 01 02 01 01"],
    ["a long form without its byte", "30 81"],
    ["only r", "30 03 02 01 01"],
    ["an empty r", "30 05 02 00 02 01 01"],
    ["an empty s", "30 05 02 01 01 02 00"],
    ["a negative r", "30 06 02 01 80 02 01 01"],
    ["a negative s", "30 06 02 01 01 02 01 ff"],
    ["a padded r", "30 07 02 02 00 01 02 01 01"],
    ["a padded s", "30 07 02 01 01 02 02 00 7f"],
    ["r of another type", "30 06 03 01 01 02 01 01"],
    ["an r that runs over s", "30 06 02 04 01 02 01 01"],
    ["an s that runs over the end", "30 06 02 01 01 02 02 01"],
    ["an integer in long form", "30 07 02 81 01 01 02 01 01"],
    ["an r wider than the curve", `30 26 02 21 01${"00".repeat(32)} 02 01 01`],
  ])("refuses %s", (_what, text) => {
    expect(derToRaw(hex(text), 32)).toBeUndefined();
  });

  it("takes zero, which no verification accepts", () => {
    expect(derToRaw(hex("30 06 02 01 00 02 01 00"), 32)).toEqual(new Uint8Array(64));
    const { publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
    expect(
      verify("sha256", Buffer.from("x"), { key: publicKey, dsaEncoding: "ieee-p1363" }, new Uint8Array(64)),
    ).toBe(false);
  });
});
