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
