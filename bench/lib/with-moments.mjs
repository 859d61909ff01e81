import { readFile } from "node:fs/promises";
import { collectMoments, openBase } from "@banana-peel/runtime";
import { nodeEngine } from "@banana-peel/runtime/node";
import * as ort from "onnxruntime-node";

/**
 * A base of a folder with moments that aren't in the folder.
 * @param folder URL of the base's folder, with a slash at its end
 * @param makeFeeds given the base without moments, the calls ({ graph, feeds }) of which the moments are
 * @returns what opens it with an onnxruntime
 */
export async function withMoments(folder, makeFeeds) {
  const card = JSON.parse(await readFile(new URL("base.json", folder), "utf8"));
  const own = async (path) => new Uint8Array(await readFile(new URL(path, folder)));
  const base = await openBase({ card, readFile: own, ort });
  const feeds = await makeFeeds(base);
  await base.dispose();
  const { bytes, entry } = await collectMoments({ card, readFile: own, ort, feeds });
  const moments = { path: "moments.safetensors", ...entry };
  return (with_) =>
    openBase({
      card: { ...card, moments },
      readFile: async (path) => (path === moments.path ? bytes : own(path)),
      engine: nodeEngine(),
      ort: with_,
    });
}
