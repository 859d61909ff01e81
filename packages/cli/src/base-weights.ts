import type { BaseModels } from "@banana-peel/runtime";

/**
 * Reads dequantised weights [N,K] of a base in a folder. Its models are opened at the first call, so that a base of
 * which only the card is at hand serves everything that needs no weights.
 */
export function baseWeights(folder: string): (path: string) => Promise<Float32Array> {
  let models: Promise<BaseModels> | undefined;
  const open = async () => (await import("@banana-peel/runtime/node")).openModels(folder);
  return async (path) => {
    models ??= open();
    return (await models).readWeight(path);
  };
}
