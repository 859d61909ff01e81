// Generated from schemas/ by `npm run generate`. Do not edit.

/**
 * banana.lock, the exact result of a resolution. Specification: docs/specification/lock.md.
 */
export interface Lockfile {
  lockVersion: 1;
  peels: {
    [k: string]: {
      version: string;
      /**
       * Address of the registry that the peel came from.
       */
      registry: string;
      /**
       * SHA-512 of the tarball, as in W3C Subresource Integrity.
       */
      integrity: string;
      /**
       * Fingerprint of the key that signed.
       */
      signer: string;
      /**
       * What the peel's manifest says of the peels that it needs; absent when it needs none.
       */
      dependencies?: {
        [k: string]: string;
      };
      /**
       * The adapter chosen for each base of the project.
       *
       * @minItems 1
       * @maxItems 32
       */
      adapters: {
        file: string;
        family: string;
        version: string;
        /**
         * Base digest.
         */
        digest: string;
      }[];
    };
  };
}
