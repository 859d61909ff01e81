/** Codes of reading and writing ONNX models. */
export const onnxCodes = {
  ONNX_INVALID: {
    title: "The ONNX model can't be read.",
    explanation: "The file is truncated, not an ONNX model, or breaks the format.",
    exit: 3,
  },
  ONNX_LIMIT: {
    title: "The ONNX model is larger than the limits of the reader.",
    explanation:
      "Node counts, name lengths and tensor sizes are bounded so that a hostile file can't exhaust memory.",
    exit: 3,
  },
  ONNX_LOCATION: {
    title: "An external-data location is not allowed.",
    explanation: "External data must lie in the model's own folder, under a plain relative path.",
    exit: 3,
  },
  ONNX_UNSUPPORTED: {
    title: "A node or a weight has a form that can't be changed.",
    explanation:
      "The node, its operator or its quantised form is none that Banana Peel merges into or attaches beside.",
    exit: 3,
  },
} as const;
