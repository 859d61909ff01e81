import type { TrustDecision } from "@banana-peel/signer/verify";
import type { ReadyPeel } from "./bring-peels.js";

/** A peel that was added or installed, as a person or a program wants to know it. */
export interface InstalledPeel {
  readonly name: string;
  readonly version: string;
  readonly title: string | undefined;
  /** Address of the registry that it came from. */
  readonly registry: string;
  /** `sha512-…` of the tarball. */
  readonly integrity: string;
  /** SHA-256 of the signed statement's subject, hexadecimal: names exactly these files. */
  readonly root: string;
  /** Bytes of its files. */
  readonly bytes: number;
  readonly from: "registry" | "store";
  readonly signer: { readonly fingerprint: string; readonly basis: TrustDecision["basis"] };
  /** The bases of the project that it serves, with the adapter's file for each. */
  readonly bases: readonly { readonly family: string; readonly version: string; readonly file: string }[];
  /** What a user must be told before using the peel. */
  readonly notice: string | undefined;
  /** Words in a prompt that call on the peel. */
  readonly triggers: readonly string[];
  readonly license: string;
}

/** The report of one peel. */
export function reportOf({ order, fetched, trust, entry }: ReadyPeel): InstalledPeel {
  const { manifest, files, root } = fetched.peel;
  return {
    name: order.name,
    version: order.version,
    title: manifest.title,
    registry: order.registry,
    integrity: order.integrity,
    root,
    bytes: [...files.values()].reduce((total, { bytes }) => total + bytes, 0),
    from: fetched.from,
    signer: { fingerprint: entry.signer, basis: trust.basis },
    bases: entry.adapters.map(({ family, version, file }) => ({ family, version, file })),
    notice: manifest.notice,
    triggers: (manifest.triggers ?? []).map(({ word }) => word),
    license: manifest.license,
  };
}
