import { createHash } from "node:crypto";
import { mkdir, open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { external, initializer, model, node, TYPE, value } from "./onnx-writer.mjs";
import { numbers } from "./peels.mjs";

const WIDTH = 2048;
const BLOCK = 32;
/** Weights of one layer: four of the width, then one of four times the width and back. */
const LAYER = [
  ["q", WIDTH, WIDTH],
  ["k", WIDTH, WIDTH],
  ["v", WIDTH, WIDTH],
  ["o", WIDTH, WIDTH],
  ["up", WIDTH, 4 * WIDTH],
  ["down", 4 * WIDTH, WIDTH],
];

/** Layers of a base of 1.8 billion weights. */
export const LAYERS = 36;

/** How far the places lie apart from which tensors take their bytes: a prime, so that no two have the same. */
const APART = 1_000_003;

/**
 * Made-up bytes that are written again and again, each time from another place: onnxruntime keeps weights that it packs
 * once where they are the same.
 */
function chunkOf(bits) {
  const random = numbers(bits);
  const bytes = new Uint8Array(1 << 24);
  for (let i = 0; i < bytes.length; i++) bytes[i] = 256 * random();
  if (bits === 8) for (let i = 0; i < bytes.length; i++) if (bytes[i] === 128) bytes[i] = 127;
  return bytes;
}

/** A file that is hashed while it is written, front to back, each tensor at a page. */
async function writer(path) {
  const file = await open(path, "w");
  const hash = createHash("sha256");
  let bytes = 0;
  const put = async (data) => {
    hash.update(data);
    await file.write(data);
    bytes += data.length;
  };
  return {
    async tensor(length, pieces) {
      const pad = (4096 - (bytes % 4096)) % 4096;
      if (pad > 0) await put(new Uint8Array(pad));
      const offset = bytes;
      for (const piece of pieces) await put(piece);
      if (bytes !== offset + length) throw new Error(`expected ${length} bytes, wrote ${bytes - offset}`);
      return offset;
    },
    async end() {
      await file.close();
      return { bytes, sha256: hash.digest("hex") };
    },
  };
}

function* repeated(chunk, length, from) {
  for (let done = 0, at = from % chunk.length; done < length; at = 0) {
    const piece = chunk.subarray(at, Math.min(chunk.length, at + length - done));
    done += piece.length;
    yield piece;
  }
}

/**
 * Writes a base of made-up weights into a folder, in constant memory: int8 per channel as dynamic quantisation leaves
 * it (MatMulInteger), or int4 in blocks of 32 (MatMulNBits). Each layer adds to what it reads.
 * @returns how many weights it has
 */
export async function writeLargeBase(folder, bits, layers = LAYERS) {
  await mkdir(folder, { recursive: true });
  const data = await writer(join(folder, "model.data"));
  const chunk = chunkOf(bits);
  const nodes = [];
  const initializers = [];
  const targets = [];
  let weights = 0;
  const outside = async (name, type, dims, length, pieces) => {
    const offset = await data.tensor(length, pieces);
    initializers.push(external(name, type, dims, { location: "model.data", offset, length }));
  };
  const linear = async (path, x, k, n) => {
    const from = APART * targets.length;
    weights += k * n;
    const common = { path, graph: "main", k, n, weight: `${path}.w`, input: x, output: path };
    if (bits === 8) {
      await outside(`${path}.w`, TYPE.int8, [k, n], k * n, repeated(chunk, k * n, from));
      const scale = new Float32Array(n).fill(0.01 / Math.sqrt(k));
      initializers.push(initializer(`${path}.scale`, TYPE.float, [n], scale));
      initializers.push(initializer(`${path}.zero`, TYPE.int8, [n], new Int8Array(n)));
      nodes.push(
        node("DynamicQuantizeLinear", [x], [`${path}.q`, `${path}.s`, `${path}.z`]),
        node("Mul", [`${path}.s`, `${path}.scale`], [`${path}.scales`]),
        node("MatMulInteger", [`${path}.q`, `${path}.w`, `${path}.z`, `${path}.zero`], [`${path}.sum`]),
        node("Cast", [`${path}.sum`], [`${path}.float`], { ints: { to: TYPE.float } }),
        node("Mul", [`${path}.float`, `${path}.scales`], [path]),
      );
      const scheme = {
        form: "integer",
        bits,
        signed: true,
        granularity: "channel",
        axis: 1,
        min: -127,
        max: 127,
      };
      const names = { scale: `${path}.scale`, zeroPoint: `${path}.zero` };
      targets.push({
        ...common,
        node: `${path}.sum`,
        operator: "MatMulInteger",
        layout: "kn",
        scheme: { ...scheme, ...names },
      });
      return;
    }
    const blocks = k / BLOCK;
    const length = (k * n) / 2;
    await outside(`${path}.w`, TYPE.uint8, [n, blocks, BLOCK / 2], length, repeated(chunk, length, from));
    const scales = new Uint8Array(new Float32Array(n * blocks).fill(0.15 / Math.sqrt(k)).buffer);
    await outside(`${path}.scale`, TYPE.float, [n, blocks], scales.length, [scales]);
    nodes.push(
      node("MatMulNBits", [x, `${path}.w`, `${path}.scale`], [path], {
        domain: "com.microsoft",
        ints: { K: k, N: n, bits, block_size: BLOCK },
      }),
    );
    const scheme = {
      form: "matmulnbits",
      bits,
      signed: false,
      granularity: "block",
      axis: 1,
      min: 0,
      max: 15,
    };
    targets.push({
      ...common,
      node: path,
      operator: "MatMulNBits",
      layout: "nk",
      scheme: { ...scheme, blockSize: BLOCK, scale: `${path}.scale` },
    });
  };
  const one = new Float32Array(WIDTH).fill(1);
  initializers.push(initializer("one", TYPE.float, [WIDTH], one));
  let x = "x";
  for (let layer = 0; layer < layers; layer++) {
    const at = (name) => `layers.${layer}.${name}`;
    nodes.push(node("LayerNormalization", [x, "one"], [at("norm")], { ints: { axis: -1 } }));
    for (const [name, k, n] of LAYER) {
      const input = { o: at("qkv"), down: at("up") }[name] ?? at("norm");
      if (name === "o")
        nodes.push(
          node("Mul", [at("q"), at("k")], [at("qk")]),
          node("Add", [at("qk"), at("v")], [at("qkv")]),
        );
      await linear(at(name), input, k, n);
    }
    nodes.push(node("Add", [at("o"), at("down")], [at("both")]), node("Add", [at("both"), x], [at("out")]));
    x = at("out");
  }
  const sizes = ["batch", "tokens", WIDTH];
  const bytes = model({
    nodes,
    initializers,
    inputs: [value("x", TYPE.float, sizes)],
    outputs: [value(x, TYPE.float, sizes)],
    opset: 21,
    domains: { "com.microsoft": 1 },
  });
  await writeFile(join(folder, "model.onnx"), bytes);
  const card = {
    formatVersion: 1,
    family: "large",
    version: "1.0.0",
    title: "Large",
    description: "Made-up weights.",
    license: "CC0-1.0",
    files: [
      { path: "model.onnx", bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") },
      { path: "model.data", ...(await data.end()) },
    ],
    graphs: { main: { model: "model.onnx", externalData: ["model.data"] } },
    targets,
  };
  await writeFile(join(folder, "base.json"), JSON.stringify(card));
  return weights;
}

/** What a run of the base is fed: one token. */
export const feeds = () => ({
  x: { data: Float32Array.from({ length: WIDTH }, (_, i) => Math.sin(i)), dims: [1, 1, WIDTH] },
});
