/** What is going on, for a person who waits. */
export type Progress =
  | { readonly kind: "resolving"; readonly names: readonly string[] }
  /** `total` is undefined when the registry doesn't say how many bytes will come. */
  | {
      readonly kind: "download";
      readonly name: string;
      readonly version: string;
      readonly received: number;
      readonly total: number | undefined;
    }
  /** Bytes of a tarball that were handed over, of all that will be. */
  | {
      readonly kind: "upload";
      readonly name: string;
      readonly version: string;
      readonly received: number;
      readonly total: number;
    }
  | { readonly kind: "verified"; readonly name: string; readonly version: string };

/** Receives progress; must not throw. */
export type OnProgress = (progress: Progress) => void;
