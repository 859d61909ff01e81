/** Codes of opening bases and applying peels. */
export const runtimeCodes = {
  BASE_FILE_MISSING: {
    title: "A file of the base is missing.",
    explanation: "The base card lists it, but it is not there. Fetch the base again.",
    exit: 3,
  },
  BASE_FILE_DIFFERS: {
    title: "A file of the base is not the one on its card.",
    explanation: "Its size or digest differs: it is truncated or another version. Fetch the base again.",
    exit: 3,
  },
  BASE_INVALID: {
    title: "The base card and the model don't agree.",
    explanation:
      "A target, or a file of external data, isn't in the graph as the card says. The message names it with both sides.",
    exit: 3,
  },
  SHAPE_MISMATCH: {
    title: "The adapter's shapes don't fit the base's target.",
    explanation: "The peel is for another size or version of this family.",
    exit: 5,
  },
  TARGET_UNKNOWN: {
    title: "The adapter changes a target that the base doesn't have.",
    explanation: "The peel is for another version of this family, or its names are not canonical.",
    exit: 5,
  },
  PEEL_NO_EFFECT: {
    title: "The peel would change nothing.",
    explanation: "Every update is zero, or rounding would erase it. Attach it, or choose another rounding.",
    exit: 5,
  },
  PEEL_UNVERIFIED: {
    title: "The peel was not verified.",
    explanation:
      "openPeel takes verified peels. Verify it first, or opt out with the unsafe option if the peel never leaves your machine.",
    exit: 4,
  },
  WEIGHT_INVALID: {
    title: "The peel's weight is not usable.",
    explanation: "A weight is a finite number within the limits.",
    exit: 2,
  },
  ROLE_TAKEN: {
    title: "Two peels claim the same role for themselves.",
    explanation:
      "Each says in peel.json that of its role (a style, say) only one can be in force. Take one of them off.",
    exit: 5,
  },
  DISPOSED: {
    title: "The base was already disposed.",
    explanation: "Open it again.",
    exit: 1,
  },
  STRATEGY_UNAVAILABLE: {
    title: "The strategy can't be used for this target.",
    explanation: "The reason is in the message; another strategy is named in the hint.",
    exit: 5,
  },
  SESSION_FAILED: {
    title: "onnxruntime could not open a graph.",
    explanation:
      "The files are the ones on the card and agree with it, but onnxruntime refused them; its own message is the cause. A version that lacks an operator, or too little memory, are usual reasons.",
    exit: 1,
  },
  RUN_FAILED: {
    title: "onnxruntime could not run a graph.",
    explanation:
      "The inputs have the graph's names, types and sizes; onnxruntime's own message is the cause.",
    exit: 1,
  },
  PROMPT_INVALID: {
    title: "The prompt can't be drawn.",
    explanation:
      "It is not text, longer than the limit, or has more tags than the base has rows. Tags that the base doesn't know are warnings, not errors.",
    exit: 2,
  },
  INPUT_INVALID: {
    title: "An input has the wrong type, shape or value.",
    explanation: "The message says what was expected.",
    exit: 2,
  },
} as const;
