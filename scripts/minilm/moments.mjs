import { readFile } from "node:fs/promises";
import { collectMoments, openBase } from "@banana-peel/runtime";
import { nodeEngine } from "@banana-peel/runtime/node";
import * as ort from "onnxruntime-node";

/** Directions of each input's moments. */
const RANK = 4;

/**
 * Moments of what a base of bases/minilm reads, and what opens the base with them; they aren't in its folder.
 * @param {URL} folder the base's, with a slash at its end
 * @param {number[][]} texts token ids of the texts that it reads
 * @returns {Promise<{bytes: Uint8Array, open: () => Promise<object>}>} the file of moments, and the open base
 */
export async function withMoments(folder, texts) {
  const card = JSON.parse(await readFile(new URL("base.json", folder), "utf8"));
  const own = async (path) => new Uint8Array(await readFile(new URL(path, folder)));
  const feeds = texts.map((ids) => ({ graph: "main", feeds: feedsOf(ids) }));
  const { bytes, entry } = await collectMoments({ card, readFile: own, ort, feeds, rank: RANK });
  const moments = { path: "moments.safetensors", ...entry };
  const open = () =>
    openBase({
      card: { ...card, moments },
      readFile: async (path) => (path === moments.path ? bytes : own(path)),
      engine: nodeEngine(),
      ort,
    });
  return { bytes, open };
}

function feedsOf(ids) {
  const input = (value) => ({ data: BigInt64Array.from(ids, value), dims: [1, ids.length] });
  return {
    input_ids: input((id) => BigInt(id)),
    attention_mask: input(() => 1n),
    token_type_ids: input(() => 0n),
  };
}
