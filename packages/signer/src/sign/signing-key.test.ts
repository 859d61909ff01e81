import { createPublicKey, generateKeyPairSync, type KeyObject, verify } from "node:crypto";
import { describe, expect, it } from "vitest";
import { expectCode } from "../testing/expect-code.js";
import { generateKey, importPrivateKey } from "./signing-key.js";

const pkcs8 = (key: KeyObject): string => key.export({ type: "pkcs8", format: "pem" }) as string;

describe("signing keys", () => {
  it.each([
    ["P-256", "sha256"],
    ["P-384", "sha384"],
    ["P-521", "sha512"],
  ] as const)("sign as OpenSSL verifies: %s", async (curve, hash) => {
    const { key, privateKeyPem } = await generateKey(curve);
    const data = new TextEncoder().encode("data");
    expect(verify(hash, data, createPublicKey(key.identity.publicKeyPem), await key.sign(data))).toBe(true);
    expect((await importPrivateKey(privateKeyPem)).identity).toEqual(key.identity);
  });

  it("imports what OpenSSL makes", async () => {
    for (const namedCurve of ["prime256v1", "secp384r1", "secp521r1"]) {
      const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve });
      const key = await importPrivateKey(pkcs8(privateKey));
      expect(key.identity.publicKeyPem).toBe(publicKey.export({ type: "spki", format: "pem" }));
    }
  });

  const ec = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  it.each([
    ["text", "x", /keygen/],
    ["SEC1", ec.privateKey.export({ type: "sec1", format: "pem" }) as string, /pkcs8 -topk8/],
    [
      "an encrypted key",
      ec.privateKey.export({
        type: "pkcs8",
        format: "pem",
        cipher: "aes-256-cbc",
        passphrase: "x",
      }) as string,
      /Decrypt/,
    ],
    ["a public key", ec.publicKey.export({ type: "spki", format: "pem" }) as string, /keygen/],
    ["Ed25519", pkcs8(generateKeyPairSync("ed25519").privateKey), /keygen/],
    ["secp256k1", pkcs8(generateKeyPairSync("ec", { namedCurve: "secp256k1" }).privateKey), /keygen/],
    ["RSA", pkcs8(generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey), /keygen/],
    ["half a key", pkcs8(ec.privateKey).replace(/\n.{64}\n/, "\n"), /keygen/],
  ])("refuses %s", async (_what, pem, hint) => {
    const error = await expectCode(importPrivateKey(pem, "my.pem"), "KEY_INVALID");
    expect(error.hint).toMatch(hint);
    expect(error.where).toBe("my.pem");
    expect(error.message).not.toContain("MIG");
  });
});
