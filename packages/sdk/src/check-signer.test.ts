import type { Lockfile } from "@banana-peel/format";
import type { VerifiedPeel } from "@banana-peel/signer/verify";
import { describe, expect, it } from "vitest";
import { checkSigner, type SignerChoice } from "./check-signer.js";

const [own, other] = ["a", "b"].map((digit) => `sha256:${digit.repeat(64)}`) as [string, string];
const peel = {
  manifest: { name: "@peels/sample", version: "1.0.0" },
  signer: { fingerprint: own },
  label: "sample",
} as VerifiedPeel;
const lock = (signer: string, version = "1.0.0", name = "@peels/sample") =>
  ({ lockVersion: 1, peels: { [name]: { version, signer } } }) as unknown as Lockfile;

describe("checkSigner", () => {
  it.each<[string, SignerChoice]>([
    ["the signer named", { signer: own }],
    ["the signer locked", { lock: lock(own) }],
    ["a new signer that the app accepts", { lock: lock(other), signer: own }],
    ["whoever signed it", { anySigner: true }],
  ])("accepts %s", (_, choice) => {
    expect(() => checkSigner(peel, choice)).not.toThrow();
  });

  it.each<[string, string, SignerChoice]>([
    ["SIGNER_NOT_TRUSTED", "nobody in particular", {}],
    ["SIGNER_NOT_TRUSTED", "nobody in particular, said aloud", { anySigner: false }],
    ["SIGNER_NOT_TRUSTED", "another signer than the one named", { signer: other }],
    [
      "SIGNER_NOT_TRUSTED",
      "another than the one named, whatever anySigner says",
      { signer: other, anySigner: true },
    ],
    ["SIGNER_CHANGED", "another signer than the locked one", { lock: lock(other) }],
    [
      "SIGNER_CHANGED",
      "another than the locked one, whatever anySigner says",
      { lock: lock(other), anySigner: true },
    ],
    ["INPUT_INVALID", "a lock that wasn't parsed", { lock: '{"peels":{}}' as unknown as Lockfile }],
    ["INPUT_INVALID", "another document than a lock", { lock: {} as Lockfile, signer: own }],
    ["LOCK_OUTDATED", "another version than the locked one", { lock: lock(own, "1.0.1") }],
    ["LOCK_OUTDATED", "a name that isn't locked", { lock: lock(own, "1.0.0", "@peels/other") }],
    ["LOCK_OUTDATED", "a name that every object has", { lock: lock(own, "1.0.0", "constructor") }],
  ])("refuses with %s: %s", (code, _, choice) => {
    expect(() => checkSigner(peel, choice)).toThrow(expect.objectContaining({ code }));
  });
});
