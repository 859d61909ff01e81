import type { BaseCard } from "@banana-peel/format";
import type { BaseModels } from "@banana-peel/runtime";

/**
 * Reads dequantised weights [N,K] of a base in a folder. Its models are opened at the first call, so that a base of
 * which only the card is at hand serves everything that needs no weights.
 */
export function baseWeights(folder: string, card: BaseCard): (path: string) => Promise<Float32Array> {
  let models: Promise<BaseModels> | undefined;
  const open = async () => {
    const { openModels } = await import("@banana-peel/runtime");
    const { folderFiles } = await import("@banana-peel/runtime/node");
    return openModels({ card, ...folderFiles(folder) });
  };
  return async (path) => {
    models ??= open();
    return (await models).readWeight(path);
  };
}
