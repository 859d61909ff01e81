import { type Base, memorySource, openPeel, type PeelUse, unsafeUnverifiedPeel } from "banana-sdk/web";
import { type VectorPeel, vectorPeelFiles } from "../../src/testing/vector-peel.js";
import { fetchJson, fromBase64 } from "./vectors.js";

/** Peels of vectors/merge/peels.json by name, or a signed one by its address, each with its weight. */
export type Uses = readonly (readonly [peel: string, weight: number])[];

/** The peels, opened for a base. */
export function vectorPeels(uses: Uses, base: Base): Promise<PeelUse[]> {
  return Promise.all(
    uses.map(async ([peel, weight]) => ({
      peel: peel.startsWith("/")
        ? await openPeel(peel, base, { anySigner: true })
        : await openPeel(await vectorPeel(peel), base),
      weight,
    })),
  );
}

let peels: Promise<Record<string, VectorPeel>> | undefined;

async function vectorPeel(name: string) {
  peels ??= fetchJson("/vectors/merge/peels.json");
  const files = vectorPeelFiles(name, (await peels)[name]!, fromBase64);
  return unsafeUnverifiedPeel(memorySource(files, name));
}
