import { BananaError } from "@banana-peel/format";

/** The question whether a signer may sign for a name. */
export interface TrustRequest {
  /** Full name of the peel, `@scope/name`. */
  readonly name: string;
  /** Fingerprint of the key that signed, as in `SignerIdentity.fingerprint`. */
  readonly signer: string;
  /** banana.json's `trust`: accepted fingerprints by `@scope/name` or `@scope/*`. */
  readonly policy?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Fingerprint that banana.lock pinned for the name. */
  readonly pinned?: string | undefined;
  /** Fingerprint that the user accepts in this very command, seen by another way (a web page, a message). */
  readonly accept?: string | undefined;
}

/** Why a signer is trusted. */
export interface TrustDecision {
  /**
   * policy: banana.json names it; pinned: it signed before; accepted: the user named it now; first-contact: nothing
   * is known of the name yet, which a tool must report.
   */
  readonly basis: "policy" | "pinned" | "accepted" | "first-contact";
  /** The entry of the policy that decided. */
  readonly rule?: string;
}

/**
 * Decides whether a signer may sign for a name. The policy's longest match decides alone; without a match, the
 * pinned signer; without one, what the user accepts, else first contact.
 * Specification: docs/specification/signing.md, Trust.
 * @throws BananaError SIGNER_NOT_TRUSTED, SIGNER_CHANGED
 */
export function checkTrust(request: TrustRequest): TrustDecision {
  const { name, signer, pinned, accept } = request;
  const rule = decidingRule(name, request.policy);
  if (rule !== undefined) {
    if (request.policy![rule]!.includes(signer)) return { basis: "policy", rule };
    throw new BananaError(
      "SIGNER_NOT_TRUSTED",
      `expected ${name} to be signed by a key that the trust policy names for ${rule}, found ${signer}`,
      {
        where: `banana.json:/trust/${rule}`,
        hint: `If its author vouches for this key, add "${signer}" to trust["${rule}"] in banana.json.`,
        details: { name, signer, rule },
      },
    );
  }
  if (pinned !== undefined) {
    if (pinned === signer) return { basis: "pinned" };
    if (accept === signer) return { basis: "accepted" };
    throw new BananaError(
      "SIGNER_CHANGED",
      `expected ${name} to be signed by ${pinned} as before, found ${signer}`,
      {
        where: name,
        hint: `Ask the author. If they vouch for the new key: banana-peel add ${name} --accept-signer ${signer}`,
        details: { name, signer, pinned },
      },
    );
  }
  if (accept === undefined) return { basis: "first-contact" };
  if (accept === signer) return { basis: "accepted" };
  throw new BananaError(
    "SIGNER_NOT_TRUSTED",
    `expected ${name} to be signed by ${accept}, which you accept, found ${signer}`,
    {
      where: name,
      hint: "Compare the fingerprints with what the author published.",
      details: { name, signer, accept },
    },
  );
}

/** The policy's entry for a name: the name itself before its scope. */
function decidingRule(name: string, policy: TrustRequest["policy"]): string | undefined {
  if (policy === undefined) return undefined;
  const scope = `${name.slice(0, name.indexOf("/"))}/*`;
  return [name, scope].find((rule) => Object.hasOwn(policy, rule));
}
