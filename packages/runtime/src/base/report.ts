import type { BaseCard } from "@banana-peel/format";
import type { PeelUse } from "../peel/types.js";
import type { Plan } from "../plan/types.js";
import type { Report } from "./types.js";

/** The report of a state. */
export function makeReport(
  card: BaseCard,
  digest: string,
  uses: readonly PeelUse[],
  plan: Plan,
  milliseconds: Report["milliseconds"],
): Report {
  return {
    base: { family: card.family, version: card.version, digest },
    peels: uses.map(({ peel, weight, perTarget }) => ({
      name: peel.manifest.name,
      version: peel.manifest.version,
      weight,
      ...(perTarget && { perTarget }),
      label: peel.label,
      digest: peel.digest,
      signer: peel.signer,
    })),
    plan,
    milliseconds,
  };
}
