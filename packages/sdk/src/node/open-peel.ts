import { openInstalledPeel, openPackagedPeel, openSource } from "@banana-peel/client";
import { isBananaError } from "@banana-peel/format";
import type { Base, LoadedPeel } from "@banana-peel/runtime";
import type { VerifiedPeel } from "@banana-peel/signer/verify";
import { type OpenPeelChoice, openPeelFrom, type PeelInput } from "../open-peel.js";

/** Where an installed peel is; who may have signed one that is given by its path. */
export interface OpenPeelOptions extends OpenPeelChoice {
  /** The app's folder, where banana.lock is; the working directory by default. */
  readonly project?: string;
}

/**
 * Reads a peel for a base: one that `banana-peel add` installed, by its name, checked against banana.lock and the
 * project's trust policy, or that `npm install` put into node_modules, by a signer whom the policy or `signer` names; or a folder or tarball, by a path that starts with a dot or a slash. Signature, files
 * and signer are verified before anything is used.
 * @param peel `name`, `@scope/name`, a path, or what verifyPeel returned
 * @throws BananaError as openInstalledPeel; SIGNER_NOT_TRUSTED; as verifyPeel and the runtime's openPeel
 */
export async function openPeel(
  peel: string | PeelInput,
  base: Pick<Base, "card" | "digest">,
  options: OpenPeelOptions = {},
): Promise<LoadedPeel> {
  if (typeof peel !== "string") return openPeelFrom(peel, base, options);
  if (/^(?:\.{0,2}[/\\]|[A-Za-z]:[/\\])/.test(peel))
    return openPeelFrom(await openSource(peel), base, options);
  return openPeelFrom(await openNamed(peel, options), base, options);
}

/** The peel that `banana-peel add` put there, else the one that `npm install` did. */
async function openNamed(
  name: string,
  { project = ".", signer, anySigner }: OpenPeelOptions,
): Promise<VerifiedPeel> {
  try {
    return await openInstalledPeel(project, name);
  } catch (error) {
    if (!isBananaError(error) || error.code !== "FILE_MISSING") throw error;
    return openPackagedPeel(project, name, { signer, anySigner }).catch((other: unknown) => {
      throw isBananaError(other) && other.code === "FILE_MISSING" ? error : other;
    });
  }
}
