import { BananaError } from "@banana-peel/format";
import { dataTypeName, type OnnxGraph, type OnnxValue } from "@banana-peel/onnx";
import type { Feeds } from "../ort.js";

/**
 * Checks what a caller feeds to a graph of the base: every input and no other, of the graph's types and sizes.
 * @throws BananaError INPUT_INVALID
 */
export function checkFeeds(graphName: string, graph: OnnxGraph, feeds: Feeds): void {
  const inputs = new Map(graph.inputs.map((input) => [input.name, input]));
  const names = [...inputs.keys()].join(", ");
  for (const name of Object.keys(feeds))
    if (!inputs.has(name)) throw invalid(graphName, `expected the inputs ${names}, found ${name} too`);
  for (const input of inputs.values()) {
    const fed = feeds[input.name] as { type?: unknown; dims?: unknown } | undefined;
    if (fed === undefined || fed === null)
      throw invalid(graphName, `expected the inputs ${names}, found no ${input.name}`);
    const { type, dims } = fed;
    if (typeof type !== "string" || !Array.isArray(dims))
      throw invalid(graphName, `expected a tensor for ${input.name}, found ${typeof fed}`);
    if (!fits(input, type, dims))
      throw invalid(
        graphName,
        `expected ${input.name} to be ${show(input)}, found ${type} [${dims.join(",")}]`,
      );
  }
}

function fits({ dataType, dims }: OnnxValue, type: string, found: readonly unknown[]): boolean {
  if (dataType !== undefined && dataTypeName(dataType) !== type) return false;
  if (dims === undefined) return true;
  return dims.length === found.length && dims.every((dim, i) => typeof dim !== "number" || dim === found[i]);
}

function show({ dataType, dims }: OnnxValue): string {
  const shape = dims === undefined ? "of any shape" : `[${dims.map((dim) => dim ?? "?").join(",")}]`;
  return `${dataType === undefined ? "a tensor" : dataTypeName(dataType)} ${shape}`;
}

function invalid(graph: string, message: string): BananaError {
  return new BananaError("INPUT_INVALID", message, {
    where: graph,
    hint: "Feed exactly the graph's inputs; session.inputNames and the base's documentation list them.",
  });
}
