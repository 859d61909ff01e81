/** Limits of reading ONNX models, each with its unit and its reason. */
export const ONNX_LIMITS = {
  /** Bytes of a model file: protobuf's own limit. External data doesn't count. */
  modelBytes: 2 ** 31 - 1,
  /**
   * Nodes of a graph with all graphs inside it; the largest models in use have some 100,000, and 250,000 are read in
   * seconds (CWE-770).
   */
  nodes: 250_000,
  /** Fields of one message, whatever they are: some 100 bytes of memory for as little as 2 of the file (CWE-770). */
  fields: 1_000_000,
  /** Numbers in int32_data, 8 bytes of memory for as little as 1 of the file; weights belong into raw_data (CWE-770). */
  int32Numbers: 2 ** 25,
  /** Initializers of a graph, and likewise its inputs, outputs and value_info entries (CWE-770). */
  values: 1_000_000,
  /** Bytes of a name; the base card's schema allows 1,024 characters. */
  nameBytes: 4096,
  /** Inputs or outputs of one node; a Concat of thousands exists. */
  edges: 100_000,
  /** Attributes of one node; the operator with the most has about 30. */
  attributes: 1000,
  /** Dimensions of a tensor; onnxruntime and NumPy stop at 64 or earlier. */
  dimensions: 64,
  /** Bytes of one tensor: 1 TiB, so that sums of sizes stay exact in a double (CWE-190). */
  tensorBytes: 2 ** 40,
  /** Graphs within graphs (If, Loop, Scan), against stack exhaustion (CWE-674). */
  nesting: 16,
  /** Key-value pairs that say where a tensor's external data is; the format defines 5. */
  externalEntries: 16,
} as const;
