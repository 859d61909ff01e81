import type { CheckedFiles } from "../base/check-files.js";
import type { OpenGraph } from "../base/open-graph.js";
import type { OpenBaseOptions } from "../base/types.js";
import { storedEdits } from "../cache/edits.js";
import type { CachedSet } from "../cache/types.js";
import type { Session, SessionOptions } from "../ort.js";
import { leaveThread } from "../pacer.js";
import type { MergedWeight } from "../plan/merged-weight.js";
import { attachModel, modelWith } from "./attach-model.js";
import { inPlaceFrom } from "./in-place.js";
import { mergedData } from "./merged-data.js";
import { createSession } from "./web-ort.js";

/** Where a graph's session takes its model and weights from. */
export interface SessionSource {
  readonly graph: OpenGraph;
  readonly files: CheckedFiles;
  readonly base: Pick<
    OpenBaseOptions,
    "ort" | "sessionOptions" | "folder" | "oneSession" | "onnxOperatorsOnly"
  >;
}

/** Opens the base's own graph: from its folder where there is one, so that onnxruntime maps the weights. */
export async function openBaseSession(source: SessionSource): Promise<Session> {
  const { graph, base } = source;
  if (base.folder !== undefined)
    return createSession(base.ort, `${base.folder}/${graph.path}`, options(base));
  return open(source, graph.model.bytes, await readExternal(source), options(base));
}

/** Opens the graph as another model of it, on the base's own weights and by the app's own options. */
export async function openEdited(source: SessionSource, model: Uint8Array): Promise<Session> {
  const external = source.base.folder === undefined ? await readExternal(source) : [];
  return open(source, model, external, options(source.base));
}

/** Opens the graph with a branch beside every target, on the base's own weights. */
export async function openAttachSession(source: SessionSource): Promise<Session> {
  const external = source.base.folder === undefined ? await readExternal(source) : [];
  return open(source, attachModel(source.graph, leastOf(source.base)), external, attachOptions(source.base));
}

/**
 * Opens the graph on merged weights, with a branch beside every target when `attach`.
 * @param merged weights by target path
 */
export async function openMergedSession(
  source: SessionSource,
  merged: ReadonlyMap<string, MergedWeight>,
  attach: boolean,
  signal: AbortSignal | undefined,
): Promise<Session> {
  const { graph, base } = source;
  const files = { ...source.files, folder: base.folder };
  const data = await mergedData(graph, merged, files, signal);
  // Writing the model copies all that is in it, in one go.
  await leaveThread();
  const model = attach ? attachModel(graph, leastOf(base), data.edits) : modelWith(graph.model, data.edits);
  const needed = data.externalData.length === 0 && base.folder === undefined;
  const own = attach ? attachOptions(base) : options(base);
  return open(source, model, needed ? await readExternal(source) : data.externalData, own);
}

/**
 * Opens the graph on a merged set of a cache, with a branch beside every target when `attach`: onnxruntime maps the
 * merged weights and the base's from the set's folder.
 */
export async function openCachedSession(
  { graph, base, files }: SessionSource,
  set: CachedSet,
  attach: boolean,
): Promise<Session> {
  const edits = storedEdits(set, graph.name);
  const model = attach ? attachModel(graph, leastOf(base), edits) : modelWith(graph.model, edits);
  const there = { ...base, folder: set.folder };
  return open({ graph, files, base: there }, model, [], attach ? attachOptions(there) : options(there));
}

/** From which N on sessions with branches add changes in place. */
export function leastOf({ sessionOptions = {}, onnxOperatorsOnly = false }: SessionSource["base"]): number {
  return onnxOperatorsOnly ? Number.POSITIVE_INFINITY : inPlaceFrom(sessionOptions);
}

type External = readonly { path: string; data: Uint8Array }[];

function open(
  { base }: SessionSource,
  model: Uint8Array,
  externalData: External,
  own: SessionOptions,
): Promise<Session> {
  return createSession(base.ort, model, {
    ...own,
    ...(externalData.length > 0 && { externalData }),
  });
}

async function readExternal({ graph, files }: SessionSource): Promise<External> {
  return Promise.all(graph.externalData.map(async (path) => ({ path, data: await files.readFile(path) })));
}

/** The app's options; a model given as bytes finds its external data in the base's folder. */
function options({ sessionOptions, folder }: SessionSource["base"]): SessionOptions {
  const { externalData: _, ...own } = sessionOptions ?? {};
  if (folder === undefined) return own;
  const extra = (own.extra ?? {}) as { session?: Record<string, unknown> };
  return {
    ...own,
    extra: {
      ...extra,
      session: { ...extra.session, model_external_initializers_file_folder_path: folder },
    },
  };
}

/** A fusion that costs: the fused kernel takes 6 times as long as the two that it stands for (onnxruntime 1.30, CPU). */
const SLOW_FUSION = "SkipLayerNormFusion";

/**
 * Options of a session with branches. The branches' own cost is partly made up for by leaving SLOW_FUSION out; the
 * base's own session stays as the app has it.
 */
function attachOptions(base: SessionSource["base"]): SessionOptions {
  const own = options(base);
  const extra = (own.extra ?? {}) as { optimization?: Record<string, unknown> };
  const others = extra.optimization?.disable_specified_optimizers;
  const disabled = typeof others === "string" && others !== "" ? `${others};${SLOW_FUSION}` : SLOW_FUSION;
  return {
    ...own,
    extra: { ...extra, optimization: { ...extra.optimization, disable_specified_optimizers: disabled } },
  };
}
