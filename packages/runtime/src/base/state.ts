import type { Feeds, Ort } from "../ort.js";
import type { PeelUse } from "../peel/types.js";
import type { MergedWeight } from "../plan/merged-weight.js";
import type { WorkedPlan } from "../plan/planner.js";
import { type Part, partsByTarget } from "../plan/updates.js";
import { attachFeeds } from "../session/attach-feeds.js";
import type { SessionSlot } from "../session/slot.js";
import type { GraphSessions } from "./graph-sessions.js";
import type { OpenGraph } from "./open-graph.js";
import type { Report } from "./types.js";

/** How a graph runs: on which session and with what beside the caller's inputs. */
export interface GraphState {
  readonly slot: SessionSlot;
  readonly feeds: Feeds;
}

/** A set of peels in force. It never changes; setPeels puts another in its place. */
export interface State {
  readonly uses: readonly PeelUse[];
  readonly graphs: ReadonlyMap<string, GraphState>;
  readonly report: Report;
}

/** How one graph runs under a plan: the base's own session when nothing in it changes. */
export function graphState(
  ort: Ort,
  graph: OpenGraph,
  sessions: GraphSessions,
  uses: readonly PeelUse[],
  { plan, merged, cached }: WorkedPlan,
  signal: AbortSignal | undefined,
): GraphState {
  const parts = partsByTarget(uses);
  const attached = new Map<string, readonly Part[]>();
  const folded = new Map<string, MergedWeight>();
  const key: unknown[] = [];
  for (const { path, strategy, rounding, graph: name } of plan.targets) {
    if (name !== graph.name) continue;
    const own = parts.get(path) ?? [];
    if (strategy === "attach") attached.set(path, own);
    else {
      if (cached === undefined) folded.set(path, merged.get(path)!);
      key.push([
        path,
        strategy,
        rounding,
        own.map(({ use, factor }) => [use.peel.digest, use.peel.entry.file, factor]),
      ]);
    }
  }
  const attach = attached.size > 0 || (sessions.one && key.length === 0 && graph.targets.size > 0);
  const feeds = attach ? attachFeeds(ort, graph, attached) : {};
  if (key.length > 0)
    return { slot: sessions.merged(JSON.stringify(key), cached ?? folded, attach, signal), feeds };
  return { slot: attach ? sessions.attach : sessions.base, feeds };
}
