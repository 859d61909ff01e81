import { BananaError, FILES, readAdapter } from "@banana-peel/format";
import { isUnsafePeel, isVerifiedPeel, type UnsafePeel, type VerifiedPeel } from "@banana-peel/signer/verify";
import { parseManifest } from "@banana-peel/validator";
import type { Base } from "../base/types.js";
import { checkFit } from "./check-fit.js";
import { chooseAdapter } from "./choose-adapter.js";
import { prepare } from "./prepare.js";
import type { LoadedPeel } from "./types.js";

/**
 * Reads a peel for a base: picks the adapter that fits its family, version and digest, and checks every shape.
 * Nothing is in force until setPeels.
 * @param peel what verifyPeel returned, or the explicit opt-out unsafeUnverifiedPeel
 * @throws BananaError PEEL_UNVERIFIED, BASE_INCOMPATIBLE, TARGET_UNKNOWN, SHAPE_MISMATCH, PEEL_NO_EFFECT,
 *   SIGNED_FILES_DIFFER, SCHEMA_INVALID, FILE_MISSING, SAFETENSORS_INVALID, ADAPTER_INVALID
 */
export async function openPeel(
  peel: VerifiedPeel | UnsafePeel,
  base: Pick<Base, "card" | "digest">,
): Promise<LoadedPeel> {
  if (!isVerifiedPeel(peel) && !isUnsafePeel(peel))
    throw new BananaError("PEEL_UNVERIFIED", "expected a peel from verifyPeel, found something else", {
      where: "openPeel",
      hint: "Call verifyPeel(source) of @banana-peel/signer/verify first.",
    });
  const manifest = parseManifest(await peel.read(FILES.manifest), `${peel.label}: ${FILES.manifest}`);
  const entry = chooseAdapter(manifest, base.card, base.digest);
  const adapter = readAdapter(await peel.read(entry.file), `${peel.label}: ${entry.file}`);
  checkFit(adapter, base.card, peel.label);
  await prepare(adapter, base.card.targets);
  return {
    manifest,
    entry,
    adapter,
    label: peel.label,
    digest: `sha256:${peel.root}`,
    signer: peel.signer?.fingerprint,
    base: base.digest,
  };
}
