import type { BaseCard } from "@banana-peel/format";
import { type Problem, problem } from "../problem.js";
import { nearest } from "../schema/nearest.js";

/** base/graph-unknown. Specification: docs/specification/base.md, Graphs. */
export function checkGraphs(card: BaseCard, label: string): Problem[] {
  const known = Object.keys(card.graphs);
  const uses: [pointer: string, graph: string][] = card.targets.map(({ graph }, index) => [
    `/targets/${index}/graph`,
    graph,
  ]);
  if (card.image !== undefined)
    uses.push(["/image/backbone", card.image.backbone], ["/image/decoder", card.image.decoder]);
  return uses
    .filter(([, graph]) => !known.includes(graph))
    .map(([pointer, graph]) =>
      problem("base/graph-unknown", {
        message: `expected one of the graphs ${known.join(", ")}, found ${JSON.stringify(graph)}`,
        where: `${label}:${pointer}`,
        hint: `Write ${JSON.stringify(nearest(graph, known) ?? known[0])}, or add the graph to graphs.`,
      }),
    );
}
