import { attachBases } from "../lib/attach-bases.mjs";
import { madeUpFeeds } from "../lib/feeds.mjs";
import { madeUpPeel } from "../lib/peels.mjs";
import { row } from "../lib/row.mjs";
import { paired } from "../lib/time.mjs";

const RANKS = [0, 8, 16];

/**
 * Inference with a peel attached to every target, beside the base's own graph, in processor time; they take turns, and the
 * ratio is the median over the turns, so that a busy moment hits both.
 */
export default async function attachedInference() {
  const rows = [];
  for (const { name, open, graph: wanted, goal, sizes, rounds = 60 } of attachBases()) {
    const [base, attached] = [await open(), await open()];
    const graph = wanted ?? Object.keys(base.card.graphs)[0];
    const peels = new Map();
    for (const rank of RANKS) if (rank > 0) peels.set(rank, await madeUpPeel(attached, rank));
    for (const size of sizes) {
      const feeds = madeUpFeeds(base, graph, size);
      const works = { base: () => base.run(graph, feeds) };
      for (const rank of RANKS) works[rank] = () => runAt(attached, graph, feeds, peels, rank);
      const { times, ratios } = await paired(works, "base", { rounds });
      for (const rank of RANKS)
        rows.push(
          row({
            name: `attached, rank ${rank}: ${name}, input ${size.join("x")}`,
            ours: times[rank],
            beside: times.base,
            besideName: "the base's own graph",
            ratio: ratios[rank],
            unit: "ms",
            ...bound(goal, rank),
          }),
        );
    }
    await Promise.all([base.dispose(), attached.dispose()]);
  }
  return rows;
}

/** A run with a peel of that rank; rank 0 is the graph with branches that nothing feeds, as targets without a peel are. */
async function runAt(base, graph, feeds, peels, rank) {
  if (rank > 0) return base.run(graph, feeds, { peels: [peels.get(rank)] });
  const [path] = base.card.targets.map((target) => target.path);
  const use = { peel: peels.get(8), weight: 0, perTarget: { [path]: 1e-3 } };
  return base.run(graph, feeds, { peels: [use] });
}

function bound(goal, rank) {
  if (goal === undefined || rank !== 8) return {};
  return { goal: `<= ${goal} x`, met: (ratio) => ratio <= goal };
}
