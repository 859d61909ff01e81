import { BananaError, sha256Hex } from "@banana-peel/format";
import { DATA_TYPE, editModel, toFloats } from "@banana-peel/onnx";
import { checkFeeds } from "../base/check-feeds.js";
import { checkedFiles } from "../base/check-files.js";
import { type OpenGraph, openGraph } from "../base/open-graph.js";
import { toFeeds } from "../base/to-feeds.js";
import type { OpenBaseOptions, RunFeeds } from "../base/types.js";
import type { Feeds, Session } from "../ort.js";
import { openEdited } from "../session/open-session.js";
import { inTurn } from "../session/web-ort.js";
import { InputRows } from "./input-rows.js";
import { writeMoments } from "./write-moments.js";

/** What collectMoments needs: a base as for openBase, and what to run it on. */
export interface CollectMomentsOptions
  extends Pick<
    OpenBaseOptions,
    "card" | "ort" | "readFile" | "readRange" | "folder" | "sessionOptions" | "signal"
  > {
  /** What the base is used for, some hundreds of calls: sentences by their tokens, the steps of pictures. */
  readonly feeds: AsyncIterable<CalibrationFeeds> | Iterable<CalibrationFeeds>;
  /** Directions of each input, from 0 to 1,024. Default 4: docs/guides/rounding.md has what more give. */
  readonly rank?: number;
}

/** One call of a graph. */
export interface CalibrationFeeds {
  readonly graph: string;
  readonly feeds: RunFeeds;
}

/** Moments that were collected. */
export interface CollectedMoments {
  /** The file: safetensors. */
  readonly bytes: Uint8Array;
  /** What the card says of it beside its path. */
  readonly entry: { readonly bytes: number; readonly sha256: string };
  /** Paths of the targets that have moments now; convolutions, tables and targets of graphs that were not run have none. */
  readonly targets: readonly string[];
}

/** A graph of which inputs are watched. */
interface Watched {
  readonly open: OpenGraph;
  readonly inputs: ReadonlyMap<string, InputRows>;
  readonly session: Session;
}

/**
 * Runs a base and sums up what its layers read: the moments that calibrated rounding needs, to be stored beside the base
 * and named on its card. Specification: docs/specification/base.md, Moments. The same calls give the same file as far as
 * onnxruntime gives the same numbers.
 * @throws BananaError as openBase; INPUT_INVALID for feeds that don't fit, or where no call reached a layer; the signal's reason
 */
export async function collectMoments(options: CollectMomentsOptions): Promise<CollectedMoments> {
  const { card, ort, feeds, rank = 4, signal } = options;
  const files = checkedFiles(card, options);
  const watched = new Map<string, Watched>();
  try {
    for await (const { graph, feeds: fed } of feeds) {
      signal?.throwIfAborted();
      if (!Object.hasOwn(card.graphs, graph))
        throw new BananaError("INPUT_INVALID", `expected a graph of the base, found ${graph}`, {
          where: graph,
          hint: `The card has: ${Object.keys(card.graphs).join(", ")}.`,
        });
      let own = watched.get(graph);
      if (own === undefined) {
        const open = await openGraph(card, graph, files, signal);
        own = await watch(open, files, options);
        watched.set(graph, own);
      }
      const tensors = toFeeds(ort, graph, own.open.model.graph, fed);
      checkFeeds(graph, own.open.model.graph, tensors);
      add(own, tensors, await inTurn(ort, () => own.session.run(tensors, outputsOf(own))));
    }
    return await finish(watched, rank);
  } finally {
    for (const { session } of watched.values()) await session.release();
  }
}

/** Inputs [..., K] of products, in floats. */
async function watch(
  open: OpenGraph,
  files: ReturnType<typeof checkedFiles>,
  base: CollectMomentsOptions,
): Promise<Watched> {
  const inputs = new Map<string, InputRows>();
  const outputs = new Map(open.model.graph.outputs.map(({ name }) => [name, undefined]));
  const added = [];
  for (const { target, traced, valueType } of open.targets.values()) {
    const { input, k } = target;
    if (traced.kind !== "linear" || traced.quantised.has(input) || inputs.has(input)) continue;
    inputs.set(input, new InputRows(k));
    if (open.model.graph.producers.has(input) && !outputs.has(input))
      added.push({ name: input, dataType: valueType });
  }
  const model = editModel(open.model, { outputs: added });
  return { open, inputs, session: await openEdited({ graph: open, files, base }, model) };
}

function outputsOf({ open, inputs }: Watched): string[] {
  return [...inputs.keys()].filter((name) => open.model.graph.producers.has(name));
}

function add({ inputs }: Watched, fed: Feeds, given: Feeds): void {
  for (const [name, rows] of inputs) {
    const { data, type } = (given[name] ?? fed[name])!;
    // float16 are bits on Node 20, and an array of their own later.
    const { buffer, byteOffset, byteLength } = data as Float32Array;
    if (type === "float16")
      rows.add(toFloats(new Uint8Array(buffer, byteOffset, byteLength), DATA_TYPE.float16));
    else rows.add(data as Float32Array);
  }
}

async function finish(watched: ReadonlyMap<string, Watched>, rank: number): Promise<CollectedMoments> {
  const all = [...watched].flatMap(([graph, { inputs }]) =>
    [...inputs].map(([input, rows]) => ({ graph, input, rows })),
  );
  const seen = all.filter(({ rows }) => rows.count > 0);
  if (seen.length === 0)
    throw new BananaError("INPUT_INVALID", "expected calls that reach layers, found none", {
      where: "feeds",
      hint: "Feed the graphs that have targets.",
    });
  const bytes = writeMoments(seen, rank);
  const targets = [...watched.values()].flatMap(({ open, inputs }) =>
    [...open.targets.values()]
      .filter(({ target, traced }) => traced.kind === "linear" && (inputs.get(target.input)?.count ?? 0) > 0)
      .map(({ target }) => target.path),
  );
  return { bytes, entry: { bytes: bytes.length, sha256: await sha256Hex(bytes) }, targets };
}
