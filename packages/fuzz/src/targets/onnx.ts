import { readElements, readModel, traceTarget } from "@banana-peel/onnx";
import { mutateBytes } from "../mutate/bytes.js";
import { inEach } from "./samples.js";
import type { FuzzTarget } from "./target.js";

/** External data of a model is looked for here: as long as asked, up to a bound, else too short. */
const nothing = async ({ length }: { length: number }) => new Uint8Array(Math.min(length, 1 << 20));

export const onnx: readonly FuzzTarget[] = [
  {
    name: "onnx",
    seeds: async () => [
      ...(await inEach("packages/conformance/vectors/forms", "model.onnx")),
      ...(await inEach("packages/conformance/vectors/merge", "model.onnx")),
    ],
    mutate: mutateBytes,
    async read(bytes) {
      const { graph } = readModel(bytes, "fuzz.onnx");
      for (const tensor of [...graph.initializers.values()].slice(0, 50)) await readElements(tensor, nothing);
      for (const node of graph.nodes.slice(0, 50)) traceTarget(graph, node.name);
    },
  },
];
