/** Codes of importing the LoRA files of other tools. */
export const importerCodes = {
  IMPORT_UNKNOWN_FORMAT: {
    title: "The file is no LoRA of a known format.",
    explanation:
      "The importer knows PEFT, diffusers, kohya and LyCORIS by the names of their tensors and by PEFT's adapter_config.json. A whole model, a text inversion or a pickle file is none of them.",
    exit: 3,
  },
  IMPORT_INVALID: {
    title: "The LoRA is broken or incomplete.",
    explanation:
      "A tensor's partner is missing, shapes contradict each other or the configuration, or a number is not finite. What is there can't be read as its format says.",
    exit: 3,
  },
  IMPORT_UNSUPPORTED: {
    title: "The LoRA uses something that an adapter can't say.",
    explanation:
      "A canonical adapter holds low-rank updates of linear layers. Convolutions, biases, whole trained layers and variants that change the base itself or depend on the input are refused, so that nothing is left out silently; the message names the feature, the module and the mend.",
    exit: 3,
  },
  IMPORT_SHAPE_MISMATCH: {
    title: "A module of the LoRA has another shape than the base's target of that name.",
    explanation:
      "The LoRA was trained for another model, or for another size of the same line. The message names the target and both shapes.",
    exit: 5,
  },
  IMPORT_NO_TARGET: {
    title: "No module of the LoRA fits a target of the base.",
    explanation:
      "Either it is the wrong base, or its module paths are spelled differently; a map from the LoRA's modules to the base's targets settles that.",
    exit: 5,
  },
  IMPORT_AMBIGUOUS: {
    title: "There is more than one way to read the LoRA.",
    explanation:
      "Several formats, files or targets fit equally well. The importer lists them and doesn't guess: name the one that is meant.",
    exit: 2,
  },
  IMPORT_APPROXIMATION_NEEDED: {
    title: "The update has no exact form of an allowed rank.",
    explanation:
      "DoRA, and Kronecker or Hadamard products of high rank, can only be approximated by a low-rank adapter. Ask for it by naming a rank; the relative error of every target is then measured and shown.",
    exit: 3,
  },
} as const;
