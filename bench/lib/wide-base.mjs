import { createHash } from "node:crypto";
import { openBase } from "@banana-peel/runtime";
import { initializer, model, node, TYPE, value } from "./onnx-writer.mjs";
import { numbers } from "./peels.mjs";

/**
 * A base of made-up int8 weights in memory, as dynamic quantisation leaves a transformer without its attention, its shapes
 * stated: per block q, k and v of one input, their sum through o, then a layer of four times the width and back.
 */
export function wideBase(width, blocks, options) {
  return openBase({ ...options, ...wideFiles(width, blocks) });
}

/** The card and the only file of that base, for those who open it more than once. */
export function wideFiles(width, blocks) {
  const nodes = [];
  const initializers = [];
  const targets = [];
  const values = [];
  const random = numbers(width);
  const add = (name, type, dims, data) => initializers.push(initializer(name, type, dims, data));

  const quantise = (x) => {
    nodes.push(node("DynamicQuantizeLinear", [x], [`${x}.q`, `${x}.s`, `${x}.z`]));
    return x;
  };
  const linear = (path, x, k, n) => {
    const weights = new Int8Array(k * n);
    for (let i = 0; i < weights.length; i++) weights[i] = 255 * random() - 127;
    add(`${path}.w`, TYPE.int8, [k, n], weights);
    add(`${path}.scale`, TYPE.float, [n], new Float32Array(n).fill(0.02 / Math.sqrt(k)));
    add(`${path}.zero`, TYPE.int8, [n], new Int8Array(n));
    add(`${path}.bias`, TYPE.float, [n], new Float32Array(n).fill(0.01));
    nodes.push(
      node("Mul", [`${x}.s`, `${path}.scale`], [`${path}.scales`]),
      node("MatMulInteger", [`${x}.q`, `${path}.w`, `${x}.z`, `${path}.zero`], [`${path}.sum`], {
        name: `${path}/MatMul`,
      }),
      node("Cast", [`${path}.sum`], [`${path}.float`], { ints: { to: TYPE.float } }),
      node("Mul", [`${path}.float`, `${path}.scales`], [`${path}.product`]),
      node("Add", [`${path}.product`, `${path}.bias`], [path]),
    );
    values.push(value(path, TYPE.float, ["batch", "tokens", n]));
    targets.push({
      path,
      graph: "main",
      node: `${path}/MatMul`,
      operator: "MatMulInteger",
      k,
      n,
      layout: "kn",
      weight: `${path}.w`,
      scheme: {
        form: "integer",
        bits: 8,
        signed: true,
        granularity: "channel",
        axis: 1,
        scale: `${path}.scale`,
        zeroPoint: `${path}.zero`,
        min: -127,
        max: 127,
      },
      input: x,
      output: path,
    });
    return path;
  };

  add("one", TYPE.float, [width], new Float32Array(width).fill(1));
  const norm = (x, name) => {
    nodes.push(node("LayerNormalization", [x, "one"], [name], { ints: { axis: -1 } }));
    return name;
  };
  let x = "x";
  for (let block = 0; block < blocks; block++) {
    const at = (name) => `blocks.${block}.${name}`;
    const input = quantise(norm(x, at("norm1")));
    const [q, k, v] = ["q", "k", "v"].map((name) => linear(at(name), input, width, width));
    nodes.push(node("Mul", [q, k], [at("qk")]), node("Add", [at("qk"), v], [at("qkv")]));
    const o = linear(at("o"), quantise(at("qkv")), width, width);
    nodes.push(node("Add", [o, x], [at("mid")]));
    const up = linear(at("up"), quantise(norm(at("mid"), at("norm2"))), width, 4 * width);
    nodes.push(node("Relu", [up], [at("relu")]));
    const down = linear(at("down"), quantise(at("relu")), 4 * width, width);
    nodes.push(node("Add", [down, at("mid")], [at("out")]));
    x = at("out");
  }
  const bytes = model({
    nodes,
    initializers,
    inputs: [value("x", TYPE.float, ["batch", "tokens", width])],
    outputs: [value(x, TYPE.float, ["batch", "tokens", width])],
    values,
  });
  const card = {
    formatVersion: 1,
    family: "wide",
    version: "1.0.0",
    title: "Wide",
    description: "Made-up weights.",
    license: "CC0-1.0",
    files: [
      { path: "model.onnx", bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") },
    ],
    graphs: { main: { model: "model.onnx" } },
    targets,
  };
  return { card, readFile: async () => bytes };
}
