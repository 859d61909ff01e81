import type { BaseCard } from "@banana-peel/format";
import type { PeelUse } from "../peel/types.js";
import type { MergedModels } from "./open-models.js";

/** Characters of a card's title, description and licence; the schema's limits. */
const MAX_TITLE = 100;
const MAX_DESCRIPTION = 2000;
const MAX_LICENSE = 200;

/**
 * The card of a merged base, but for its files: family and version as before, so that other peels
 * still fit, without moments, a title and a description that name the peels; the licence is that of both, and without promoted targets,
 * which are stored in another scheme now, and attached ones, whose output another node makes. Specification: docs/specification/base.md.
 */
export function mergedCard(card: BaseCard, uses: readonly PeelUse[], { graphs }: MergedModels): BaseCard {
  const gone = new Set(graphs.flatMap(({ promoted, attached }) => [...promoted, ...attached]));
  const peels = uses.map(
    ({ peel: { manifest }, weight }) => `${manifest.name} ${manifest.version} at weight ${weight}`,
  );
  const licences = [...new Set([card.license, ...uses.map(({ peel }) => peel.manifest.license)])];
  const license = licences.length === 1 ? licences[0]! : licences.map((text) => `(${text})`).join(" AND ");
  // Other weights give other inputs.
  const { moments: _, ...rest } = card;
  return {
    ...rest,
    title:
      `${card.title ?? card.family} with ${uses.map(({ peel: { manifest } }) => manifest.title ?? manifest.name).join(", ")}`.slice(
        0,
        MAX_TITLE,
      ),
    description: `${card.description} Merged with ${peels.join(", ")}.`.slice(0, MAX_DESCRIPTION),
    license: license.length <= MAX_LICENSE ? license : card.license,
    targets: card.targets.filter(({ path }) => !gone.has(path)),
  };
}
