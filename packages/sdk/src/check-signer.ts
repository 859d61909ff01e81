import { BananaError, type Lockfile } from "@banana-peel/format";
import { checkTrust, type VerifiedPeel } from "@banana-peel/signer/verify";

/** Who may have signed a peel. One of these has to be said: a signature by nobody in particular proves nothing. */
export interface SignerChoice {
  /** Fingerprint that the author published: `sha256:` and 64 hexadecimal digits. */
  readonly signer?: string;
  /** The app's banana.lock, parsed: the peel must be the locked version by the locked signer. */
  readonly lock?: Lockfile;
  /** true: whoever signed it. For tools that show the signer and leave the choice to a person. */
  readonly anySigner?: boolean;
}

/**
 * Checks that a verified peel was signed by whom the app expects.
 * @throws BananaError INPUT_INVALID (lock), SIGNER_NOT_TRUSTED, SIGNER_CHANGED, LOCK_OUTDATED
 */
export function checkSigner(peel: VerifiedPeel, { signer, lock, anySigner = false }: SignerChoice): void {
  const { name, version } = peel.manifest;
  if (lock !== undefined && (typeof lock.peels !== "object" || lock.peels === null))
    throw new BananaError(
      "INPUT_INVALID",
      `expected banana.lock, parsed, found ${typeof lock} without peels`,
      {
        where: "lock",
        hint: "Fetch banana.lock and pass what its JSON gives.",
      },
    );
  const locked = lock !== undefined && Object.hasOwn(lock.peels, name) ? lock.peels[name] : undefined;
  if (lock !== undefined && locked?.version !== version)
    throw new BananaError(
      "LOCK_OUTDATED",
      `expected ${name} ${locked?.version ?? "in banana.lock"}, found ${locked === undefined ? "no entry" : version}`,
      { where: peel.label, hint: `Lock it: banana-peel add ${name}` },
    );
  if (signer === undefined && locked === undefined) {
    if (anySigner) return;
    throw new BananaError(
      "SIGNER_NOT_TRUSTED",
      `expected to be told who signs ${name}, found no signer and no lock; it is signed by ${peel.signer.fingerprint}`,
      {
        where: peel.label,
        hint: "Pass banana.lock as `lock`, or the fingerprint that the author published as `signer`.",
      },
    );
  }
  checkTrust({ name, signer: peel.signer.fingerprint, pinned: locked?.signer, accept: signer });
}
