import { BananaError } from "@banana-peel/format";
import { describe, expect, it } from "vitest";
import { checkTrust, type TrustRequest } from "./trust.js";

const A = `sha256:${"a".repeat(64)}`;
const B = `sha256:${"b".repeat(64)}`;
const name = "@peels/x";

function refusal(request: TrustRequest): BananaError {
  try {
    checkTrust(request);
  } catch (error) {
    if (error instanceof BananaError) return error;
    throw error;
  }
  throw new Error("expected a refusal");
}

describe("checkTrust", () => {
  it("reports first contact when nothing is known", () => {
    expect(checkTrust({ name, signer: A })).toEqual({ basis: "first-contact" });
    expect(checkTrust({ name, signer: A, policy: { "@other/*": [B], "@peels/y": [B] } })).toEqual({
      basis: "first-contact",
    });
  });

  it("keeps to the pinned signer", () => {
    expect(checkTrust({ name, signer: A, pinned: A })).toEqual({ basis: "pinned" });
    const error = refusal({ name, signer: B, pinned: A });
    expect(error.code).toBe("SIGNER_CHANGED");
    expect(error.exitStatus).toBe(4);
    expect(error.hint).toContain(`--accept-signer ${B}`);
    expect(error.message).toContain(A);
  });

  it("takes a new signer that the user accepts, and only that one", () => {
    expect(checkTrust({ name, signer: B, pinned: A, accept: B })).toEqual({ basis: "accepted" });
    expect(refusal({ name, signer: B, pinned: A, accept: A }).code).toBe("SIGNER_CHANGED");
    expect(checkTrust({ name, signer: B, accept: B })).toEqual({ basis: "accepted" });
    expect(refusal({ name, signer: B, accept: A }).code).toBe("SIGNER_NOT_TRUSTED");
  });

  it("lets the policy decide alone: over the pin, over what the user accepts", () => {
    const policy = { "@peels/*": [A] };
    expect(checkTrust({ name, signer: A, policy, pinned: B })).toEqual({ basis: "policy", rule: "@peels/*" });
    const error = refusal({ name, signer: B, policy, pinned: B, accept: B });
    expect(error.code).toBe("SIGNER_NOT_TRUSTED");
    expect(error.hint).toContain(B);
    expect(error.where).toBe("banana.json:/trust/@peels/*");
  });

  it("lets the name decide before its scope, in both directions", () => {
    const policy = { "@peels/*": [A], [name]: [B] };
    expect(checkTrust({ name, signer: B, policy })).toEqual({ basis: "policy", rule: name });
    expect(refusal({ name, signer: A, policy }).code).toBe("SIGNER_NOT_TRUSTED");
    expect(checkTrust({ name: "@peels/z", signer: A, policy }).rule).toBe("@peels/*");
  });

  it("doesn't find rules on the prototype, nor a scope that only begins alike", () => {
    expect(checkTrust({ name: "toString", signer: A, policy: {} })).toEqual({ basis: "first-contact" });
    expect(checkTrust({ name: "@peels2/x", signer: A, policy: { "@peels/*": [B] } })).toEqual({
      basis: "first-contact",
    });
  });
});
