/** Media type of a Sigstore bundle (sigstore/protobuf-specs v0.3). */
export const BUNDLE_MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json";
/** Payload type of the DSSE envelope. */
export const PAYLOAD_TYPE = "application/vnd.in-toto+json";
/** in-toto Statement v1. */
export const STATEMENT_TYPE = "https://in-toto.io/Statement/v1";
/** OpenSSF Model Signing v1.0. */
export const PREDICATE_TYPE = "https://model_signing/signature/v1.0";
