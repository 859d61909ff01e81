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
  worked: WorkedPlan,
  signal: AbortSignal | undefined,
): GraphState {
  const { feeds, key, folded } = graphChange(ort, graph, sessions, uses, worked);
  const attach = feeds !== undefined;
  const slot =
    key === undefined
      ? sessions[attach ? "attach" : "base"]
      : sessions.merged(key, worked.cached ?? folded, attach, signal);
  return { slot, feeds: feeds ?? {} };
}

/** What a plan changes in one graph. */
interface GraphChange {
  /** What feeds the branches; undefined where the graph runs without them. */
  readonly feeds: Feeds | undefined;
  /** Names the weights that are merged; undefined when none are. */
  readonly key: string | undefined;
  readonly folded: ReadonlyMap<string, MergedWeight>;
}

const known = new WeakMap<WorkedPlan, Map<OpenGraph, GraphChange>>();

/** Remembered by the plan, which planners give again for the same uses. */
function graphChange(
  ort: Ort,
  graph: OpenGraph,
  sessions: Pick<GraphSessions, "one" | "inPlaceFrom">,
  uses: readonly PeelUse[],
  worked: WorkedPlan,
): GraphChange {
  const graphs = known.get(worked) ?? new Map<OpenGraph, GraphChange>();
  known.set(worked, graphs);
  let change = graphs.get(graph);
  if (change === undefined) {
    change = makeChange(ort, graph, sessions, uses, worked);
    graphs.set(graph, change);
  }
  return change;
}

function makeChange(
  ort: Ort,
  graph: OpenGraph,
  sessions: Pick<GraphSessions, "one" | "inPlaceFrom">,
  uses: readonly PeelUse[],
  { plan, merged, cached }: WorkedPlan,
): GraphChange {
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
  return {
    feeds: attach ? attachFeeds(ort, graph, attached, { inPlaceFrom: sessions.inPlaceFrom }) : undefined,
    key: key.length > 0 ? JSON.stringify(key) : undefined,
    folded,
  };
}
