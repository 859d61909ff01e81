import type { BaseCard } from "@banana-peel/format";
import { type OnnxModel, readModelInTurns } from "@banana-peel/onnx";
import { Pacer } from "../pacer.js";
import type { CheckedFiles } from "./check-files.js";
import { checkTarget, type OpenTarget } from "./check-target.js";
import { baseInvalid } from "./invalid.js";

/** A graph of the base, read and checked against the card. */
export interface OpenGraph {
  readonly name: string;
  /** Path of the model's file. */
  readonly path: string;
  readonly model: OnnxModel;
  /** Files of external data; each path is also the location that the model names. */
  readonly externalData: readonly string[];
  /** The card's targets in this graph, by path, in the order of the card. */
  readonly targets: ReadonlyMap<string, OpenTarget>;
}

/**
 * Reads a graph of the card and checks its external data and every target in it.
 * @throws BananaError BASE_INVALID, BASE_FILE_MISSING, ONNX_INVALID, ONNX_LIMIT, ONNX_LOCATION
 */
export async function openGraph(
  card: BaseCard,
  name: string,
  files: CheckedFiles,
  signal: AbortSignal | undefined,
): Promise<OpenGraph> {
  const { model: path, externalData = [] } = card.graphs[name]!;
  const bytes = await files.readFile(path, signal);
  const pacer = new Pacer(() => performance.now(), signal);
  const model = await readModelInTurns(bytes, path, () => pacer.due());
  checkExternal(card, path, externalData, model);
  const targets = new Map<string, OpenTarget>();
  const outputs = new Set<string>();
  for (const target of card.targets) {
    await pacer.pause();
    if (target.graph !== name) continue;
    if (targets.has(target.path))
      throw baseInvalid(target.path, "expected one target of that path, found two");
    if (outputs.has(target.output))
      throw baseInvalid(
        target.path,
        `expected an output of its own, found ${target.output} of another target`,
      );
    outputs.add(target.output);
    targets.set(target.path, checkTarget(model.graph, target));
  }
  return { name, path, model, externalData, targets };
}

function checkExternal(card: BaseCard, path: string, listed: readonly string[], model: OnnxModel): void {
  if (listed.length > 0 && path.includes("/"))
    throw baseInvalid(path, `expected a model with external data at the base's top, found it at ${path}`);
  const sizes = new Map(card.files.map((file) => [file.path, file.bytes]));
  for (const { name, data } of model.graph.initializers.values()) {
    if (data.kind !== "external") continue;
    const { location, offset, length } = data.external;
    if (!listed.includes(location))
      throw baseInvalid(
        `${path}: ${name}`,
        `expected its external data in ${listed.join(", ") || "no file"} by the card, found ${location} in the graph`,
      );
    const size = sizes.get(location) ?? 0;
    if (offset + length > size)
      throw baseInvalid(
        `${path}: ${name}`,
        `expected its external data within the ${size} bytes of ${location} by the card, found bytes ${offset} to ${offset + length} in the graph`,
      );
  }
}
