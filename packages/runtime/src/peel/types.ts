import type { Adapter, AdapterEntry, PeelManifest } from "@banana-peel/format";

/** A peel that was checked against a base and read into memory. openPeel makes it. */
export interface LoadedPeel {
  readonly manifest: PeelManifest;
  /** The entry of the manifest that fits the base. */
  readonly entry: AdapterEntry;
  readonly adapter: Adapter;
  readonly label: string;
  /** SHA-256 over the lines `<sha256>  <path>` of the peel's files. */
  readonly digest: string;
  /** Fingerprint of the verified signer; undefined when it was opened by the unsafe opt-out. */
  readonly signer: string | undefined;
  /** Digest of the base that it was checked against. */
  readonly base: string;
}

/** A peel and how strongly it is applied: 1 is as trained, 0 is off, negative is the opposite. */
export interface PeelUse {
  readonly peel: LoadedPeel;
  /** A finite number within [-8, 8]. */
  readonly weight: number;
  /** Weight by target path, in place of `weight`; 0 takes the peel off that target. */
  readonly perTarget?: Readonly<Record<string, number>>;
}

/** A peel with its weight, or a peel alone: at weight 1. */
export type PeelChoice = PeelUse | LoadedPeel;
