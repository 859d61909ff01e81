export { fingerprint, type SignerIdentity } from "../ecdsa/public-key.js";
export type { FileDigest } from "./signed-files.js";
export { signedPaths } from "./signed-paths.js";
export { checkTrust, type TrustDecision, type TrustRequest } from "./trust.js";
export { isUnsafePeel, type UnsafePeel, unsafeUnverifiedPeel } from "./unsafe-peel.js";
export { isVerifiedPeel, type VerifiedPeel, verifyPeel } from "./verify-peel.js";
