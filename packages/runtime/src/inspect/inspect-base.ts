import { BananaError, type BaseCard, isBananaError, sha256Hex, type Target } from "@banana-peel/format";
import { type Doubt, type FoundTarget, inspectGraph, type OnnxGraph, readModel } from "@banana-peel/onnx";
import { checkTarget } from "../base/check-target.js";
import { targetOf } from "./target-of.js";
import type { BaseDoubt, BaseInspection, InspectBaseOptions } from "./types.js";

/**
 * Writes the base card of ONNX models that were never seen before: files with their digests, graphs with their
 * external data, and every target with its module path, each confirmed by type and shape as openBase will. What would
 * have to be guessed is a doubt instead. Specification: docs/specification/base.md, Finding targets.
 * @throws BananaError BASE_FILE_MISSING, ONNX_INVALID, ONNX_LIMIT, ONNX_LOCATION; INPUT_INVALID for a map that names a node
 *   that isn't there; the signal's reason
 */
export async function inspectBase(options: InspectBaseOptions): Promise<BaseInspection> {
  const { models, map = new Map<string, string | null>(), about, signal } = options;
  const graphs: BaseCard["graphs"] = {};
  const opened: {
    name: string;
    graph: OnnxGraph;
    found: readonly FoundTarget[];
    doubts: readonly Doubt[];
  }[] = [];
  for (const [name, path] of Object.entries(models)) {
    const { graph } = readModel(await read(options, path), path);
    const externalData = externalFiles(graph);
    graphs[name] = { model: path, ...(externalData.length > 0 && { externalData }) };
    const earlier = options.before?.[name];
    const before = earlier && readModel(earlier, `${path}, before it was quantised`).graph;
    opened.push({ name, graph, ...inspectGraph(graph, { map, before }) });
  }
  checkMap(map, opened);

  const paths = new Set(
    Object.values(graphs).flatMap(({ model, externalData = [] }) => [model, ...externalData]),
  );
  for (const file of options.files ?? []) paths.add(file);
  const total = paths.size + opened.reduce((sum, { found }) => sum + found.length, 0);
  let done = 0;
  const step = () => {
    signal?.throwIfAborted();
    options.progress?.(++done, total);
  };
  const files: BaseCard["files"] = [];
  for (const path of paths) {
    files.push({ path, ...(await digest(options, path)) });
    step();
  }

  const targets: Target[] = [];
  const doubts: BaseDoubt[] = [];
  const taken = new Set<string>();
  for (const { name, graph, found, doubts: own } of opened) {
    doubts.push(...own.map((doubt) => ({ graph: name, ...doubt })));
    for (const layer of found) {
      const result = await confirmed(graph, name, layer, taken, options);
      if ("reason" in result) doubts.push({ graph: name, ...result });
      else targets.push(result);
      step();
    }
  }
  const description = about.description ?? `${about.title ?? about.family}: card written by base inspect.`;
  return { card: { formatVersion: 1, ...about, description, files, graphs, targets }, doubts };
}

/** The card's entry for a layer, or why there is none. */
async function confirmed(
  graph: OnnxGraph,
  name: string,
  layer: FoundTarget,
  taken: Set<string>,
  options: InspectBaseOptions,
): Promise<Target | Doubt> {
  const node = graph.nodes[layer.traced.node]!;
  const weight = graph.initializers.get(layer.traced.weight)!;
  const doubt = (reason: Doubt["reason"], message: string): Doubt => ({
    reason,
    node: node.name,
    operator: node.opType,
    weight: weight.name,
    dims: weight.dims,
    candidates: [layer.path],
    message,
  });
  if (taken.has(layer.path))
    return doubt("path-taken", `expected a path of its own, found ${layer.path} in another graph`);
  try {
    const target = await targetOf(graph, name, layer, ({ location, offset, length }) =>
      range(options, location, offset, length),
    );
    checkTarget(graph, target);
    taken.add(layer.path);
    return target;
  } catch (error) {
    if (!isBananaError(error) || !["ONNX_UNSUPPORTED", "BASE_INVALID"].includes(error.code)) throw error;
    return doubt("unsupported", error.message);
  }
}

function externalFiles(graph: OnnxGraph): string[] {
  const files = new Set<string>();
  for (const { data } of graph.initializers.values())
    if (data.kind === "external") files.add(data.external.location);
  return [...files].sort();
}

function checkMap(map: ReadonlyMap<string, string | null>, graphs: readonly { graph: OnnxGraph }[]): void {
  for (const [node, path] of map) {
    const found = graphs.reduce((sum, { graph }) => sum + (graph.named.get(node)?.length ?? 0), 0);
    const valid = path === null || /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/.test(path);
    if (found === 1 && valid) continue;
    throw new BananaError(
      "INPUT_INVALID",
      found === 1
        ? `expected a module path such as blocks.0.attn.q_proj for ${node}, found ${path}`
        : `expected one node of the name ${node}, which the map gives the path ${path}, found ${found}`,
      { where: node, hint: "Take the names of nodes from the doubts that the inspection lists." },
    );
  }
}

async function digest(options: InspectBaseOptions, path: string): Promise<{ bytes: number; sha256: string }> {
  if (options.digestFile !== undefined)
    return guard(path, options, () => options.digestFile!(path, options.signal));
  const bytes = await read(options, path);
  return { bytes: bytes.length, sha256: await sha256Hex(bytes) };
}

async function range(options: InspectBaseOptions, path: string, offset: number, length: number) {
  if (options.readRange === undefined) return (await read(options, path)).subarray(offset, offset + length);
  return guard(path, options, () => options.readRange!(path, offset, length, options.signal));
}

function read(options: InspectBaseOptions, path: string): Promise<Uint8Array> {
  return guard(path, options, () => options.readFile(path, options.signal));
}

/** What keeps a file from being read is BASE_FILE_MISSING with the reason as cause; a coded error and an abort stay. */
async function guard<T>(path: string, { signal }: InspectBaseOptions, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (signal?.aborted || isBananaError(cause)) throw cause;
    throw new BananaError("BASE_FILE_MISSING", `expected the file ${path}, found none that can be read`, {
      where: path,
      hint: "Name the folder that holds the model and its external data.",
      cause,
    });
  }
}
