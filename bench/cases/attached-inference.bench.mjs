import { attachBases } from "../lib/attach-bases.mjs";
import { madeUpFeeds } from "../lib/feeds.mjs";
import { madeUpPeel } from "../lib/peels.mjs";
import { row } from "../lib/row.mjs";
import { mediansOf, OPENINGS, turns } from "../lib/time.mjs";

const RANKS = [0, 8, 16];

/**
 * Inference with a peel attached to every target, beside the base's own graph, in processor time; they take turns, and the
 * ratio is the median over the turns of all sessions, so that a busy moment hits both.
 */
export default async function attachedInference() {
  const rows = [];
  for (const { name, open, graph: wanted, goal, sizes, rounds = 12 } of attachBases()) {
    const measured = sizes.map(() => []);
    for (let opening = 0; opening < OPENINGS; opening++) {
      const [base, attached] = await openBoth(open, opening % 2 === 1);
      const graph = wanted ?? Object.keys(base.card.graphs)[0];
      const peels = new Map();
      for (const rank of RANKS) if (rank > 0) peels.set(rank, await madeUpPeel(attached, rank));
      for (const [i, size] of sizes.entries()) {
        const feeds = madeUpFeeds(base, graph, size);
        const works = { base: () => base.run(graph, feeds) };
        for (const rank of RANKS) works[rank] = () => runAt(attached, graph, feeds, peels, rank);
        measured[i].push(await turns(works, { rounds }));
      }
      await Promise.all([base.dispose(), attached.dispose()]);
    }
    for (const [i, size] of sizes.entries()) {
      const { times, ratios } = mediansOf(measured[i], "base");
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
  }
  return rows;
}

/** The base and the one that peels are attached to, either opened first, for what comes first gets other memory. */
async function openBoth(open, isReversed) {
  const [first, second] = [await open(), await open()];
  return isReversed ? [second, first] : [first, second];
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
