/** Codes of signing, verifying and trust. */
export const signerCodes = {
  SIGNATURE_MISSING: {
    title: "The peel is not signed.",
    explanation:
      "A peel carries model.sig and signer.pem. An unsigned peel is never installed or opened, unless a host asks for it with the unsafe option.",
    exit: 4,
  },
  SIGNATURE_INVALID: {
    title: "The signature doesn't verify.",
    explanation:
      "model.sig was not made by the key in signer.pem over these bytes, or it is not an OMS bundle.",
    exit: 4,
  },
  SIGNED_FILES_DIFFER: {
    title: "The files are not the ones that were signed.",
    explanation:
      "A file was changed, added or removed after signing. Fetch the peel again; if it stays, tell its author.",
    exit: 4,
  },
  SIGNER_NOT_TRUSTED: {
    title: "The signer is not one that the trust policy accepts.",
    explanation:
      "banana.json names the signers accepted for this name or scope, and this key is not among them.",
    exit: 4,
  },
  SIGNER_CHANGED: {
    title: "The peel is signed by another key than before.",
    explanation:
      "The first signer of a name is pinned in banana.lock. A change can be a takeover: ask the author, then accept the new key explicitly.",
    exit: 4,
  },
  KEY_INVALID: {
    title: "The key can't be used.",
    explanation: "Keys are ECDSA P-256, P-384 or P-521: private ones PKCS#8 PEM, public ones SPKI PEM.",
    exit: 2,
  },
} as const;
