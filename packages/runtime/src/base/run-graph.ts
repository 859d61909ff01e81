import { BananaError } from "@banana-peel/format";
import type { Feeds } from "../ort.js";
import type { GraphState } from "./state.js";

/**
 * Runs a graph as a state says. The session is claimed before the first await, so that no swap releases it.
 * @throws BananaError SESSION_FAILED, RUN_FAILED; the signal's reason
 */
export async function runGraph(
  { slot, feeds }: GraphState,
  graph: string,
  own: Feeds,
  signal: AbortSignal | undefined,
): Promise<Feeds> {
  const results = await slot.run(async (session) => {
    signal?.throwIfAborted();
    try {
      return await session.run({ ...own, ...feeds });
    } catch (cause) {
      throw new BananaError(
        "RUN_FAILED",
        `expected onnxruntime to run ${graph}, found: ${cause instanceof Error ? cause.message : String(cause)}`,
        {
          where: graph,
          hint: "The cause is onnxruntime's own; sizes of inputs must fit each other too.",
          cause,
        },
      );
    }
  }, signal);
  signal?.throwIfAborted();
  return results;
}
