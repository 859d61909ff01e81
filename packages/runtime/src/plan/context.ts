import { type BaseCard, readSafetensors, type Target } from "@banana-peel/format";
import type { WeightForm } from "@banana-peel/onnx";
import type { CheckedFiles } from "../base/check-files.js";
import type { OpenTarget } from "../base/check-target.js";
import type { OpenGraph } from "../base/open-graph.js";
import { type OpenPlane, openPlane } from "../base/planes.js";
import { formSpec, readFormData, readWeights } from "../base/weights.js";
import type { MergeEngine } from "../merge/types.js";
import { momentsOf, unknownMoments } from "../moments/read-moments.js";
import type { Moments } from "../moments/types.js";
import type { MergedTarget } from "./merge-target.js";
import type { Part } from "./updates.js";

/** What planning and merging need of a base. */
export interface PlanContext {
  readonly digest: string;
  /** Every target of the card, in its order. */
  readonly targets: readonly OpenTarget[];
  readonly engine: MergeEngine;
  readonly now: () => number;
  /** The weight in the form that the card says. */
  readWeights(target: OpenTarget, signal: AbortSignal | undefined): Promise<WeightForm>;
  /**
   * Merges a target by calibrated rounding, by the moments of its input; by those of unknown inputs where the base has none.
   * @throws BananaError BASE_INVALID; as CheckedFiles.readFile; the signal's reason
   */
  calibrate(
    target: OpenTarget,
    parts: readonly Part[],
    signal: AbortSignal | undefined,
  ): Promise<MergedTarget>;
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
    async calibrate(open, parts, signal) {
      const { target } = open;
      const [data, moments] = await Promise.all([
        readFormData(open, files, signal),
        momentsFor(card, files, target, signal),
      ]);
      return engine.calibrate({ spec: formSpec(target), data, path: target.path, parts, moments }, signal);
    },
    readWeights: (target, signal) => readWeights(target, files, signal),
    openPlane: async (target, signal) => (kernel ? openPlane(target, files, folder, signal) : undefined),
  };
}

async function momentsFor(
  { moments }: BaseCard,
  files: CheckedFiles,
  target: Target,
  signal: AbortSignal | undefined,
): Promise<Moments> {
  if (moments === undefined) return unknownMoments(target.k);
  const file = readSafetensors(await files.readFile(moments.path, signal), moments.path);
  return momentsOf(file, target) ?? unknownMoments(target.k);
}
