import { type BaseCard, readSafetensors } from "@banana-peel/format";
import type { WeightForm } from "@banana-peel/onnx";
import type { CheckedFiles } from "../base/check-files.js";
import type { OpenTarget } from "../base/check-target.js";
import type { OpenGraph } from "../base/open-graph.js";
import { type OpenPlane, openPlane } from "../base/planes.js";
import { readWeights } from "../base/weights.js";
import type { MergeEngine } from "../merge/types.js";
import { momentsOf, unknownMoments } from "../moments/read-moments.js";
import type { Moments } from "../moments/types.js";

/** What planning and merging need of a base. */
export interface PlanContext {
  readonly digest: string;
  /** Every target of the card, in its order. */
  readonly targets: readonly OpenTarget[];
  readonly engine: MergeEngine;
  readonly now: () => number;
  /** The weight in the form that the card says. */
  readWeights(target: OpenTarget, signal: AbortSignal | undefined): Promise<WeightForm>;
  /** Moments of the target's input; of unknown ones where the base has none. @throws BananaError BASE_INVALID; as CheckedFiles.readFile */
  moments(target: OpenTarget, signal: AbortSignal | undefined): Promise<Moments>;
  /** The weight as the engine takes it; undefined for a form that isn't a plane, and without WebAssembly. */
  openPlane(target: OpenTarget, signal: AbortSignal | undefined): Promise<OpenPlane | undefined>;
}

/** The context of an open base. */
export function planContext(of: {
  readonly digest: string;
  readonly card: BaseCard;
  readonly graphs: ReadonlyMap<string, OpenGraph>;
  readonly files: CheckedFiles;
  readonly folder: string | undefined;
  readonly engine: MergeEngine;
  readonly now: () => number;
}): PlanContext {
  const { digest, card, graphs, files, folder, engine, now } = of;
  // Hermes has none: there forms merge by themselves, more slowly, to the same bytes.
  const kernel = typeof WebAssembly !== "undefined";
  return {
    digest,
    targets: card.targets.map(({ graph, path }) => graphs.get(graph)!.targets.get(path)!),
    engine,
    now,
    async moments({ target }, signal) {
      if (card.moments === undefined) return unknownMoments(target.k);
      const { path } = card.moments;
      const file = readSafetensors(await files.readFile(path, signal), path);
      return momentsOf(file, target) ?? unknownMoments(target.k);
    },
    readWeights: (target, signal) => readWeights(target, files, signal),
    openPlane: async (target, signal) => (kernel ? openPlane(target, files, folder, signal) : undefined),
  };
}
