/** Codes of resolution. */
export const resolverCodes = {
  PEEL_UNKNOWN: {
    title: "The registry has no peel of that name.",
    explanation:
      "Check the spelling and the registry; the nearest names are listed where the registry offers them.",
    exit: 5,
  },
  VERSION_UNSATISFIED: {
    title: "No version satisfies the range.",
    explanation: "The registry has the peel, but none of its versions lies in the range that was asked for.",
    exit: 5,
  },
  BASE_INCOMPATIBLE: {
    title: "The peel fits none of the project's bases.",
    explanation:
      "A peel is bound to a base family and a range of its versions. None of the project's bases is in it.",
    exit: 5,
  },
  RESOLUTION_CONFLICT: {
    title: "The peels can't be used together.",
    explanation:
      "Requirements of banana.json and of the peels themselves contradict each other: the message lists them, each with who says it. The hint names changes of banana.json with which there is a resolution; each was tried.",
    exit: 5,
  },
  RESOLUTION_TOO_LARGE: {
    title: "Resolving would take too long.",
    explanation:
      "The peels need more names than any project has, or contradict each other in so many ways that no answer was found in bounded time. Asking for exact versions makes it easier.",
    exit: 5,
  },
  NOT_A_PEEL: {
    title: "The package is not a peel.",
    explanation:
      "It exists in the registry but carries no peel metadata (the bananaPeel field of package.json).",
    exit: 5,
  },
} as const;
