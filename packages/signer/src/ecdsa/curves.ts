/** A curve that peels are signed with. The list is OMS's; Ed25519 isn't on it. */
export interface Curve {
  /** WebCrypto's name of the curve. */
  readonly name: "P-256" | "P-384" | "P-521";
  readonly algorithm: "ECDSA P-256" | "ECDSA P-384" | "ECDSA P-521";
  /** Hash that OMS pairs with the curve. */
  readonly hash: "SHA-256" | "SHA-384" | "SHA-512";
  /** Bytes of one coordinate, and of r and of s. */
  readonly bytes: number;
  /** The DER of a SubjectPublicKeyInfo (RFC 5480) before the uncompressed point's x, in hexadecimal. */
  readonly spkiPrefix: string;
}

export type CurveName = Curve["name"];

/** P-256 with SHA-256, P-384 with SHA-384, P-521 with SHA-512. */
export const CURVES: readonly Curve[] = [
  {
    name: "P-256",
    algorithm: "ECDSA P-256",
    hash: "SHA-256",
    bytes: 32,
    spkiPrefix: "3059301306072a8648ce3d020106082a8648ce3d03010703420004",
  },
  {
    name: "P-384",
    algorithm: "ECDSA P-384",
    hash: "SHA-384",
    bytes: 48,
    spkiPrefix: "3076301006072a8648ce3d020106052b8104002203620004",
  },
  {
    name: "P-521",
    algorithm: "ECDSA P-521",
    hash: "SHA-512",
    bytes: 66,
    spkiPrefix: "30819b301006072a8648ce3d020106052b810400230381860004",
  },
];
