export type { CurveName } from "./ecdsa/curves.js";
export { derToRaw, rawToDer } from "./ecdsa/der.js";
export { fingerprint, type SignerIdentity } from "./ecdsa/public-key.js";
export { signDigests, signPeel } from "./sign/sign-peel.js";
export { generateKey, importPrivateKey, type SigningKey } from "./sign/signing-key.js";
