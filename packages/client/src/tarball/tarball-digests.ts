import { createHash } from "node:crypto";
import type { PackPlan } from "./pack.js";

/** The digests of a tarball, as a registry names them. */
export interface TarballDigests {
  /** `sha512-` and base64, as in W3C Subresource Integrity. */
  readonly integrity: string;
  /** SHA-1 in hexadecimal, which npm's protocol asks for; nothing trusts it. */
  readonly shasum: string;
}

/** Digests a tarball while its pieces go by. */
export function tarballDigests(): { update(piece: Uint8Array): void; end(): TarballDigests } {
  const sha512 = createHash("sha512");
  const sha1 = createHash("sha1");
  return {
    update(piece) {
      sha512.update(piece);
      sha1.update(piece);
    },
    end: () => ({ integrity: `sha512-${sha512.digest("base64")}`, shasum: sha1.digest("hex") }),
  };
}

/** The digests of a tarball that is made for them. @throws BananaError of the plan's chunks */
export async function digestsOf(plan: PackPlan): Promise<TarballDigests> {
  const digests = tarballDigests();
  for await (const piece of plan.chunks()) digests.update(piece);
  return digests.end();
}
