import { createHash, createPublicKey, generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { expectCode } from "../testing/expect-code.js";
import { fromPem, toPem } from "./pem.js";
import { fingerprint, importPublicKey } from "./public-key.js";

const spki = (namedCurve: string): string =>
  generateKeyPairSync("ec", { namedCurve }).publicKey.export({ type: "spki", format: "pem" }) as string;

describe("public keys", () => {
  it.each([
    ["prime256v1", "ECDSA P-256"],
    ["secp384r1", "ECDSA P-384"],
    ["secp521r1", "ECDSA P-521"],
  ])("are fingerprinted as OMS does: %s", async (namedCurve, algorithm) => {
    const pem = spki(namedCurve);
    const { identity } = await importPublicKey(pem);
    expect(identity).toEqual({
      algorithm,
      publicKeyPem: pem,
      fingerprint: `sha256:${createHash("sha256").update(pem).digest("hex")}`,
    });
    const folded = pem.replaceAll("\n", "\r\n").trim();
    expect(await fingerprint(folded)).toBe(identity.fingerprint);
  });

  it.each([
    ["text", "hello"],
    ["an empty file", ""],
    ["Ed25519", generateKeyPairSync("ed25519").publicKey.export({ type: "spki", format: "pem" }) as string],
    [
      "RSA",
      generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey.export({
        type: "spki",
        format: "pem",
      }) as string,
    ],
    ["secp256k1", spki("secp256k1")],
    ["two blocks", spki("prime256v1") + spki("prime256v1")],
    [
      "a private key",
      generateKeyPairSync("ec", { namedCurve: "prime256v1" }).privateKey.export({
        type: "pkcs8",
        format: "pem",
      }) as string,
    ],
    ["labels that differ", spki("prime256v1").replace("END PUBLIC", "END OTHER")],
    ["broken base64", spki("prime256v1").replace("MFkw", "MFk*")],
  ])("refuses %s", async (_what, pem) => {
    const error = await expectCode(importPublicKey(pem), "KEY_INVALID");
    expect(error.hint).toMatch(/keygen/);
  });

  it("refuses a point that is not on the curve, a longer and a shorter one", async () => {
    const der = fromPem(spki("prime256v1"))!.der;
    const off = der.slice();
    off[off.length - 1]! ^= 1;
    for (const bad of [off, der.slice(0, -1), Uint8Array.from([...der, 0])])
      await expectCode(importPublicKey(toPem("PUBLIC KEY", bad)), "KEY_INVALID");
  });

  it("refuses a compressed point", async () => {
    const key = createPublicKey(spki("prime256v1"));
    const { x, y } = key.export({ format: "jwk" });
    const compressed = Buffer.concat([
      Buffer.from("3039301306072a8648ce3d020106082a8648ce3d030107032200", "hex"),
      Buffer.from([2 + (Buffer.from(y!, "base64url").at(-1)! & 1)]),
      Buffer.from(x!, "base64url"),
    ]);
    await expectCode(importPublicKey(toPem("PUBLIC KEY", compressed)), "KEY_INVALID");
  });
});
