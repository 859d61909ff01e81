import { baseDigest } from "@banana-peel/format";
import { checkWatch } from "../plan/watch.js";
import { told } from "../progress.js";
import { BananaBase } from "./banana-base.js";
import { checkedFiles } from "./check-files.js";
import { checkOrt } from "./check-ort.js";
import { type OpenGraph, openGraph } from "./open-graph.js";
import type { Base, OpenBaseOptions } from "./types.js";

/**
 * Opens a base: checks every file against the card, and every target of the card against its graph. Sessions are
 * made when a graph first runs. Specification: docs/specification/base.md.
 * @throws BananaError INPUT_INVALID for an onnxruntime, a signal or onProgress that is none; BASE_FILE_MISSING, BASE_FILE_DIFFERS,
 *   BASE_INVALID, ONNX_INVALID, ONNX_LIMIT, ONNX_LOCATION; the signal's reason
 */
export async function openBase(options: OpenBaseOptions): Promise<Base> {
  const { card, signal, onProgress } = options;
  checkOrt(options.ort);
  checkWatch(options);
  const files = checkedFiles(card, options);
  await files.checkAll(signal, onProgress);
  const graphs = new Map<string, OpenGraph>();
  for (const name of told(onProgress, "read", Object.keys(card.graphs), String)) {
    signal?.throwIfAborted();
    graphs.set(name, await openGraph(card, name, files, signal));
  }
  return new BananaBase(options, await baseDigest(card), files, graphs);
}
