import { invalid } from "../errors.js";
import type { OnnxModel } from "../model/types.js";
import { GRAPH, MODEL, TENSOR, VALUE } from "../proto/fields.js";
import { name, payload, wireFields } from "../proto/wire.js";
import { Chunks } from "./chunks.js";
import {
  initializerMessage,
  nodeMessage,
  renamedNode,
  tensorWithElements,
  valueMessage,
} from "./messages.js";
import type { ModelEdits } from "./types.js";

/**
 * Writes a model with edits. Fields that no edit touches keep their bytes and their order, unknown ones too.
 * @throws BananaError ONNX_INVALID when an edit names what the model lacks, or a new name is already taken
 */
export function editModel(model: OnnxModel, edits: ModelEdits): Uint8Array {
  checkEdits(model, edits);
  const chunks = new Chunks();
  for (const field of wireFields(model.bytes, "model")) {
    if (field.no === MODEL.graph) chunks.field(MODEL.graph, editGraph(payload(field, "model"), edits));
    else chunks.raw(field.raw);
  }
  return chunks.finish();
}

function editGraph(bytes: Uint8Array, edits: ModelEdits): Chunks {
  const chunks = new Chunks();
  let node = 0;
  for (const field of wireFields(bytes, "graph")) {
    if (field.no === GRAPH.node) {
      for (const added of edits.nodesBefore?.get(node) ?? []) chunks.field(GRAPH.node, nodeMessage(added));
      const replaced = edits.replacedNodes?.get(node);
      if (replaced !== undefined)
        chunks.field(GRAPH.node, nodeMessage({ ...replaced, outputs: renamed(replaced.outputs, edits) }));
      else if (edits.renamedOutputs === undefined || edits.renamedOutputs.size === 0) chunks.raw(field.raw);
      else chunks.field(GRAPH.node, renamedNode(payload(field, "graph"), edits.renamedOutputs));
      for (const added of edits.nodesAfter?.get(node) ?? []) chunks.field(GRAPH.node, nodeMessage(added));
      node++;
    } else if (
      field.no === GRAPH.initializer &&
      (edits.elements ?? edits.removedInitializers) !== undefined
    ) {
      const own = nameOf(payload(field, "graph"), TENSOR.name, "initializer");
      if (edits.removedInitializers?.has(own)) continue;
      const elements = edits.elements?.get(own);
      if (elements === undefined) chunks.raw(field.raw);
      else chunks.field(GRAPH.initializer, tensorWithElements(payload(field, "graph"), elements));
    } else if (
      field.no === GRAPH.input &&
      edits.removedInitializers?.has(nameOf(payload(field, "graph"), VALUE.name, "input"))
    ) {
      // An initializer that is an input too is a default for it: alone, the input would have to be fed.
    } else chunks.raw(field.raw);
  }
  for (const added of edits.initializers ?? []) chunks.field(GRAPH.initializer, initializerMessage(added));
  for (const input of edits.inputs ?? []) chunks.field(GRAPH.input, valueMessage(input));
  for (const output of edits.outputs ?? []) chunks.field(GRAPH.output, valueMessage(output));
  for (const value of edits.values ?? []) chunks.field(GRAPH.valueInfo, valueMessage(value));
  return chunks;
}

function renamed(outputs: readonly string[], { renamedOutputs }: ModelEdits): string[] {
  return outputs.map((output) => renamedOutputs?.get(output) ?? output);
}

function nameOf(bytes: Uint8Array, no: number, where: string): string {
  const field = wireFields(bytes, where).find((each) => each.no === no);
  return field === undefined ? "" : name(field, where);
}

function checkEdits({ graph }: OnnxModel, edits: ModelEdits): void {
  const taken = new Set([...graph.values.keys(), ...graph.initializers.keys(), ...graph.producers.keys()]);
  const claim = (added: string) => {
    if (taken.has(added)) throw invalid(added, `expected a new name, found ${added} taken`);
    taken.add(added);
  };
  for (const [old, renamed] of edits.renamedOutputs ?? []) {
    if (!graph.producers.has(old)) throw invalid(old, `expected a node that makes ${old}, found none`);
    claim(renamed);
  }
  for (const old of edits.renamedOutputs?.keys() ?? []) taken.delete(old);
  for (const added of [...(edits.inputs ?? []), ...(edits.initializers ?? [])]) claim(added.name);
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  for (const { name } of edits.outputs ?? []) {
    if (!graph.producers.has(name)) throw invalid(name, `expected a node that makes ${name}, found none`);
    if (outputs.has(name)) throw invalid(name, `expected a new output, found ${name} among them`);
    outputs.add(name);
  }
  for (const [index, { outputs }] of edits.replacedNodes ?? []) {
    const old = graph.nodes[index];
    if (old?.outputs.join("\n") !== outputs.join("\n"))
      throw invalid(
        `node ${index}`,
        `expected a node that makes ${old?.outputs.join(", ") ?? "something"}, found ${outputs.join(", ")}`,
      );
  }
  const made = new Set<string>();
  for (const [index, nodes] of [...(edits.nodesBefore ?? []), ...(edits.nodesAfter ?? [])]) {
    if (graph.nodes[index] === undefined)
      throw invalid("graph", `expected a node ${index}, found ${graph.nodes.length} nodes`);
    for (const node of nodes)
      for (const output of node.outputs) {
        claim(output);
        made.add(output);
      }
  }
  for (const { name } of edits.values ?? [])
    if (!made.has(name)) throw invalid(name, `expected a new node that makes ${name}, found none`);
  for (const initializer of [...(edits.elements?.keys() ?? []), ...(edits.removedInitializers ?? [])])
    if (!graph.initializers.has(initializer))
      throw invalid(initializer, `expected an initializer ${initializer}, found none`);
}
