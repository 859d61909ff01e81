/** Every operator by itself: two graphs with the same operators then give the same numbers. */
const PLAIN = { graphOptimizationLevel: "disabled", intraOpNumThreads: 1, logSeverityLevel: 3 } as const;

/**
 * Int8 weights under uint8 activations saturate in onnxruntime's quicker kernels on x86-64 without VNNI; this has it leave
 * them out there.
 */
export const EXACT = { x64quantprecision: "1" };

/** Whether the operators of an exported model saturate on such a processor. */
export const saturates = (name: string) => /-(qdq|qlinear)-int8/.test(name);

/**
 * Options of a session of an exported model that runs its operators as the model has them. What keeps QLinear operators from
 * saturating is a graph optimisation: with `disabled` they saturate all the same.
 */
export function plainSession(name: string) {
  return saturates(name) && name.includes("-qlinear-")
    ? { ...PLAIN, graphOptimizationLevel: "extended" as const, extra: { session: EXACT } }
    : PLAIN;
}
