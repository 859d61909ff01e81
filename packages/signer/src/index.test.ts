import { describe, expect, it } from "vitest";
import * as main from "./index.js";
import * as node from "./node/index.js";
import * as verify from "./verify/index.js";

describe("the public surface", () => {
  it("is what this list says", () => {
    expect(Object.keys(main).sort()).toEqual([
      "derToRaw",
      "fingerprint",
      "generateKey",
      "importPrivateKey",
      "rawToDer",
      "signDigests",
      "signPeel",
    ]);
    expect(Object.keys(verify).sort()).toEqual([
      "checkTrust",
      "fingerprint",
      "isUnsafePeel",
      "isVerifiedPeel",
      "signedPaths",
      "unsafeUnverifiedPeel",
      "verifyPeel",
    ]);
    expect(Object.keys(node).sort()).toEqual([
      "createKeyFile",
      "defaultKeyPath",
      "publicKeyPath",
      "readKeyFile",
    ]);
  });
});
