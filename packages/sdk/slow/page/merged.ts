import type { Base, PeelUse } from "banana-sdk/web";
import type { recorder } from "./recorder.js";
import { sha256 } from "./vectors.js";

/** SHA-256 of every target's weight as onnxruntime is given it once peels are merged, by path, and which rounding it got. */
export async function mergedDigests(
  base: Base,
  recorded: ReturnType<typeof recorder>,
  uses: readonly PeelUse[],
  rounding: "nearest" | "dither",
): Promise<Record<string, string>> {
  recorded.forget();
  const { plan } = await base.setPeels(uses, { strategy: "merge", rounding });
  const weights = new Map(base.card.targets.map(({ path, weight }) => [path, weight]));
  const stored = await recorded.storedAll(plan.targets.map(({ path }) => weights.get(path)!));
  const digests: Record<string, string> = {};
  for (const [i, { path, rounding }] of plan.targets.entries())
    digests[`${path} ${rounding}`] = await sha256(stored[i]!);
  return digests;
}
