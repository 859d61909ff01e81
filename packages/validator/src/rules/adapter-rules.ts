/** Rules of adapter files: on their own, and against the bases that they declare. */
export const adapterRules = {
  "peel/adapter-missing": {
    title: "An adapter's file is missing.",
    explanation: "Every file that adapters names is in the package, with the ending .safetensors.",
    severity: "error",
    section: "peel.md#adapter",
  },
  "peel/adapter-safetensors": {
    title: "An adapter's file is not a well-formed safetensors file.",
    explanation: "Programs that read a broken header differently would load different tensors.",
    severity: "error",
    section: "peel.md#adapter",
  },
  "peel/adapter-tensors": {
    title: "A tensor is not part of a canonical adapter.",
    explanation:
      "Each target has <module path>.lora_A.weight [r,K] and <module path>.lora_B.weight [N,r] of the same rank, of a convolution [r,channels,kernel] and [N,r,1,1]; a trigger's embedding is trigger.<word>.embedding [rows,width]. Types are F32, F16 and BF16. Nothing else is allowed.",
    severity: "error",
    section: "peel.md#adapter",
  },
  "peel/rank-mismatch": {
    title: "The rank in peel.json is not the adapter's.",
    explanation: "adapters[].rank is the largest rank of the file's targets; hosts reserve memory by it.",
    severity: "error",
    section: "peel.md#adapter",
  },
  "peel/nan": {
    title: "A tensor has values that are not finite.",
    explanation: "A NaN or an infinity in a weight spoils every output.",
    severity: "error",
    section: "peel.md#adapter",
  },
  "peel/zero-effect": {
    title: "The adapter would change nothing.",
    explanation:
      "For every target, each column of lora_B or the row of lora_A that it multiplies is zero, and there is no trigger embedding. The file is probably one from before training.",
    severity: "error",
    section: "peel.md#adapter",
  },
  "peel/zero-target": {
    title: "A target of the adapter would not change.",
    explanation: "Its B A is zero, so that it costs time and bytes without effect. Leave it away.",
    severity: "warning",
    section: "peel.md#adapter",
  },
  "peel/trigger-embedding-missing": {
    title: "A trigger's embedding is not in the adapter.",
    explanation:
      "A trigger with embedding: true needs the tensor trigger.<word>.embedding in every adapter of the peel.",
    severity: "error",
    section: "peel.md#triggers",
  },
  "peel/trigger-embedding-unlisted": {
    title: "An adapter holds an embedding that no trigger asks for.",
    explanation: "Without a trigger with embedding: true, no prompt can reach it.",
    severity: "error",
    section: "peel.md#triggers",
  },
  "peel/trigger-embedding-width": {
    title: "A trigger's embedding doesn't fit the base's conditioning.",
    explanation:
      "The embedding's width is the base's, it has at most the base's rows, and the base draws from tags.",
    severity: "error",
    section: "peel.md#triggers",
  },
  "peel/target-unknown": {
    title: "The adapter changes a target that the base doesn't have.",
    explanation: "Every module path of the adapter is a target on the base's card.",
    severity: "error",
    section: "peel.md#bases",
  },
  "peel/base-shape": {
    title: "The adapter's shapes don't fit the base's target.",
    explanation: "lora_A has the target's K columns, or its channels and kernel, and lora_B its N rows.",
    severity: "error",
    section: "peel.md#bases",
  },
  "peel/base-unknown": {
    title: "An adapter could not be checked against its base.",
    explanation:
      "None of the base cards at hand is of the adapter's family, version range and digest, so that targets and shapes are unchecked.",
    severity: "warning",
    section: "peel.md#bases",
  },
} as const;
