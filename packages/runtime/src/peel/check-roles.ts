import { BananaError } from "@banana-peel/format";
import type { PeelUse } from "./types.js";

/**
 * Refuses two peels in force that both claim a role for themselves. A peel that is off holds none, and one used twice
 * is one holder. Specification: docs/specification/peel.md, Other peels.
 * @throws BananaError ROLE_TAKEN
 */
export function checkRoles(uses: readonly PeelUse[]): void {
  const holders = new Map<string, PeelUse>();
  for (const use of uses) {
    if (isOff(use)) continue;
    for (const role of use.peel.manifest.roles ?? []) {
      const holder = holders.get(role);
      if (holder !== undefined && holder.peel.digest !== use.peel.digest) throw taken(role, holder, use);
      holders.set(role, use);
    }
  }
}

function isOff({ weight, perTarget }: PeelUse): boolean {
  return weight === 0 && Object.values(perTarget ?? {}).every((own) => own === 0);
}

function taken(role: string, holder: PeelUse, other: PeelUse): BananaError {
  const [first, second] = [holder, other].map(({ peel }) => peel.manifest.name);
  return new BananaError(
    "ROLE_TAKEN",
    `expected one peel with the role ${role}, found ${first} and ${second}`,
    {
      where: `${second}`,
      hint: `Take ${first} off, or give one of them weight 0.`,
    },
  );
}
