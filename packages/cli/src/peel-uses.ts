import { BananaError, type BaseCard } from "@banana-peel/format";
import type { LoadedPeel, PeelUse } from "@banana-peel/runtime";

/** A peel and its weight, and whether somebody vouches for it. */
export interface OpenedUse extends PeelUse {
  readonly signed: boolean;
}

/**
 * Opens peels for a base: folders, tarballs, or names of installed peels.
 * @param weights in the order of the peels; where there are fewer, each peel's own default counts
 * @throws BananaError USAGE, and of `openPeelAt` and `openPeel`
 */
export async function openUses(
  peels: readonly string[],
  weights: readonly string[],
  base: { readonly card: BaseCard; readonly digest: string },
  project: string,
): Promise<OpenedUse[]> {
  if (weights.length > peels.length)
    throw new BananaError(
      "USAGE",
      `expected at most one weight a peel, found ${weights.length} for ${peels.length}`,
      {
        where: "--weight",
        hint: "For example: banana-peel plan cat dog --base DIR --weight 0.8 0.5",
      },
    );
  const numbers = weights.map(readWeight);
  const [{ openPeelAt }, { openPeel }] = await Promise.all([
    import("@banana-peel/client"),
    import("@banana-peel/runtime"),
  ]);
  const uses: OpenedUse[] = [];
  for (const [i, target] of peels.entries()) {
    const opened = await openPeelAt(target, project);
    const peel: LoadedPeel = await openPeel(opened, base);
    uses.push({
      peel,
      weight: numbers[i] ?? peel.entry.weight?.default ?? 1,
      signed: opened.signer !== undefined,
    });
  }
  return uses;
}

function readWeight(text: string): number {
  const weight = Number(text);
  if (text.trim() !== "" && Number.isFinite(weight)) return weight;
  throw new BananaError("USAGE", `expected a number as weight, found ${JSON.stringify(text)}`, {
    where: "--weight",
    hint: "1 is as trained, 0 is off.",
  });
}

/** What a report says of a peel in use. */
export function useReport({ peel, weight, signed }: OpenedUse): {
  name: string;
  version: string;
  weight: number;
  signed: boolean;
} {
  const { name, version } = peel.manifest;
  return { name, version, weight, signed };
}
