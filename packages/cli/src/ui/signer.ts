const BASIS: Readonly<Record<string, string>> = {
  "first-contact": "first contact: compare it with what the author published",
  pinned: "as before",
  policy: "named by banana.json",
  accepted: "accepted now",
};

/** A signer's fingerprint and why it is trusted. */
export function signedBy(fingerprint: string, basis: string): string {
  return `${fingerprint} (${BASIS[basis] ?? basis})`;
}

/** What a command says that changed a signed peel's folder. */
export const UNSIGNED =
  "its signature fitted no more and was removed: publish signs it again, or banana-peel sign does";
