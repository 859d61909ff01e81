// bases/nano at int4: its int8 weights on the grid of training/nano/quant.py, blocks of 32 along K within [-7, 7]. The
// weights were trained for both grids; int8 stands for the master here. Activations stay floats.
import { createHash } from "node:crypto";
import { copyFile, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  DATA_TYPE,
  editModel,
  readElements,
  readModel,
  toFloats,
  traceTarget,
} from "../../packages/onnx/dist/index.js";

const BLOCK = 32;
const LARGEST = 7;

/** Writes it to a folder of its own and gives that folder. */
export async function int4Nano(base) {
  const folder = await mkdtemp(join(tmpdir(), "nano-int4-"));
  const card = JSON.parse(await readFile(join(base, "base.json"), "utf8"));
  const { model: path, externalData } = card.graphs.backbone;
  const model = readModel(new Uint8Array(await readFile(join(base, path))), path);
  const external = await readFile(join(base, externalData[0]));
  const read = (name) =>
    readElements(model.graph.initializers.get(name), async ({ offset, length }) =>
      external.subarray(offset, offset + length),
    );
  const edits = { initializers: [], replacedNodes: new Map(), removedInitializers: new Set() };
  for (const target of card.targets) {
    const { k, n, scheme } = target;
    const q = await read(target.weight);
    const scales = toFloats(await read(scheme.scale));
    const coarse = quantised(new Int8Array(q.buffer, q.byteOffset, q.length), scales, k, n);
    const [weight, scale] = [`${target.weight}_int4`, `${scheme.scale}_int4`];
    edits.initializers.push(
      { name: weight, dataType: DATA_TYPE.int4, dims: [k, n], bytes: coarse.bytes },
      { name: scale, dataType: DATA_TYPE.float, dims: [k / BLOCK, n], bytes: coarse.scales },
    );
    const { reader } = traceTarget(model.graph, target.node);
    const { name, opType, outputs } = model.graph.nodes[reader];
    edits.replacedNodes.set(reader, {
      ...{ name, opType, outputs, inputs: [weight, scale] },
      ints: { axis: 0, block_size: BLOCK },
    });
    // onnxruntime 1.30 fuses blocked weights beside quantised activations into an operator that can't take them.
    const at = model.graph.named.get(target.node)[0];
    const product = model.graph.nodes[at];
    edits.replacedNodes.set(at, {
      ...{ name: product.name, opType: product.opType, outputs: product.outputs },
      inputs: [target.input, product.inputs[1]],
    });
    edits.removedInitializers.add(target.weight).add(scheme.scale);
    target.weight = weight;
    const grid = {
      bits: 4,
      granularity: "block",
      axis: 0,
      blockSize: BLOCK,
      scale,
      min: -LARGEST,
      max: LARGEST,
    };
    target.scheme = { ...scheme, ...grid };
  }
  const bytes = editModel(model, edits);
  for (const file of card.files)
    if (file.path !== path) await copyFile(join(base, file.path), join(folder, file.path));
    else {
      file.bytes = bytes.length;
      file.sha256 = createHash("sha256").update(bytes).digest("hex");
      await writeFile(join(folder, path), bytes);
    }
  await writeFile(join(folder, "base.json"), JSON.stringify(card));
  return folder;
}

function quantised(stored, columns, k, n) {
  const scales = new Float32Array((k / BLOCK) * n);
  const bytes = new Uint8Array((k * n) / 2);
  for (let first = 0; first < k; first += BLOCK)
    for (let column = 0; column < n; column++) {
      const at = (row) => stored[(first + row) * n + column] * columns[column];
      let most = 1e-8;
      for (let row = 0; row < BLOCK; row++) most = Math.max(most, Math.abs(at(row)));
      const scale = Math.fround(most / LARGEST);
      scales[(first / BLOCK) * n + column] = scale;
      for (let row = 0; row < BLOCK; row++) {
        const i = (first + row) * n + column;
        const value = Math.max(-LARGEST, Math.min(Math.round(at(row) / scale), LARGEST));
        bytes[i >> 1] |= (value & 15) << (4 * (i & 1));
      }
    }
  return { bytes, scales: new Uint8Array(scales.buffer) };
}
