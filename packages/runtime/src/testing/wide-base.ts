import { createHash } from "node:crypto";
import type { BaseCard, Target } from "@banana-peel/format";
import { DATA_TYPE, editModel, type NewInitializer, type NewNode, readModel } from "@banana-peel/onnx";
import { memoryBase } from "./vectors.js";

/** Forms of wide layers: float32, int8 per channel behind DequantizeLinear, and as dynamic quantisation leaves it. */
export const WIDE_FORMS = ["float", "qdq", "integer"] as const;
type WideForm = (typeof WIDE_FORMS)[number];

interface Layers {
  readonly initializers: NewInitializer[];
  readonly nodes: NewNode[];
  readonly target: Pick<Target, "node" | "operator" | "weight" | "scheme">;
}

const FROM: Record<WideForm, Parameters<typeof memoryBase>> = {
  float: ["float32", "forms"],
  qdq: ["channel-int8", "merge"],
  integer: ["dynamic-int8", "forms"],
};

const view = (data: Float32Array | Int8Array | Uint8Array) => new Uint8Array(data.buffer);
const ofFloats = (name: string, dims: number[], data: Float32Array): NewInitializer => {
  return { name, dataType: DATA_TYPE.float, dims, bytes: view(data) };
};
const ofBytes = (name: string, dims: number[], data: Int8Array | Uint8Array): NewInitializer => {
  return {
    name,
    dataType: data instanceof Int8Array ? DATA_TYPE.int8 : DATA_TYPE.uint8,
    dims,
    bytes: view(data),
  };
};
const node = (name: string, opType: string, inputs: string[], ints?: Record<string, number>): NewNode => {
  return { name, opType, inputs, outputs: [name], ...(ints && { ints }) };
};

/** Numbers in [-scale, scale]. */
export const sines = (length: number, from: number, scale = 1) =>
  Float32Array.from({ length }, (_, i) => scale * Math.sin(from + 1.7 * i));

/** What all layers read `z` through, once. */
const SHARED: Record<WideForm, Pick<Layers, "initializers" | "nodes">> = {
  float: { initializers: [], nodes: [] },
  qdq: {
    initializers: [
      ofFloats("z.scale", [], Float32Array.of(2 / 255)),
      ofBytes("z.zero-point", [], Uint8Array.of(128)),
    ],
    nodes: [
      node("z.q", "QuantizeLinear", ["z", "z.scale", "z.zero-point"]),
      node("z.dq", "DequantizeLinear", ["z.q", "z.scale", "z.zero-point"]),
    ],
  },
  integer: {
    initializers: [],
    nodes: [
      {
        ...node("z.q", "DynamicQuantizeLinear", ["z"]),
        outputs: ["z.q", "z.scale", "z.zero-point"],
      },
    ],
  },
};

const grid = { bits: 8, signed: true, min: -127, max: 127 } as const;

const LAYER: Record<WideForm, (name: string, k: number, n: number) => Layers> = {
  float: (name, k, n) => ({
    initializers: [ofFloats(`${name}.w`, [k, n], sines(k * n, n, 0.02))],
    nodes: [node(`${name}.product`, "MatMul", ["z", `${name}.w`])],
    target: {
      ...{ node: `${name}.product`, operator: "MatMul", weight: `${name}.w` },
      scheme: { form: "float", bits: 32, signed: true, granularity: "tensor" },
    },
  }),
  qdq: (name, k, n) => ({
    initializers: [
      ofBytes(`${name}.w`, [k, n], Int8Array.from(sines(k * n, n, 127), Math.round)),
      ofFloats(
        `${name}.scale`,
        [n],
        sines(n, 0, 1e-4).map((v) => v + 2e-4),
      ),
    ],
    nodes: [
      node(`${name}.w.dq`, "DequantizeLinear", [`${name}.w`, `${name}.scale`], { axis: 1 }),
      node(`${name}.product`, "MatMul", ["z.dq", `${name}.w.dq`]),
    ],
    target: {
      ...{ node: `${name}.product`, operator: "MatMul", weight: `${name}.w` },
      scheme: { ...grid, form: "qdq", granularity: "channel", axis: 1, scale: `${name}.scale` },
    },
  }),
  integer: (name, k, n) => ({
    initializers: [
      ofBytes(`${name}.w`, [k, n], Int8Array.from(sines(k * n, n, 127), Math.round)),
      ofBytes(`${name}.zero-point`, [], Int8Array.of(0)),
      ofFloats(`${name}.scale`, [], Float32Array.of(2e-4)),
    ],
    nodes: [
      node(`${name}.factor`, "Mul", ["z.scale", `${name}.scale`]),
      node(`${name}.sum`, "MatMulInteger", ["z.q", `${name}.w`, "z.zero-point", `${name}.zero-point`]),
      node(`${name}.cast`, "Cast", [`${name}.sum`], { to: DATA_TYPE.float }),
      node(`${name}.product`, "Mul", [`${name}.cast`, `${name}.factor`]),
    ],
    target: {
      ...{ node: `${name}.sum`, operator: "MatMulInteger", weight: `${name}.w` },
      scheme: {
        ...{ ...grid, form: "integer", granularity: "tensor" },
        ...{ scale: `${name}.scale`, zeroPoint: `${name}.zero-point` },
      },
    },
  }),
};

/**
 * A tiny base of the vectors, in memory, with layers beside its own, each with a bias: all read the input `z` [..., K], and
 * each gives the output `<name>.out`.
 * @param sizes K and N by the layer's name; one K
 */
export function wideBase(form: WideForm, sizes: Readonly<Record<string, readonly [k: number, n: number]>>) {
  const base = memoryBase(...FROM[form]);
  const { model: path } = base.card.graphs.main!;
  const layers = Object.entries(sizes).map(([name, [k, n]]) => ({ name, k, n, ...LAYER[form](name, k, n) }));
  const [width] = Object.values(sizes)[0]!;
  const layered = editModel(readModel(base.files.get(path)!, path), {
    inputs: [{ name: "z", dataType: DATA_TYPE.float, dims: ["batch", "tokens", width] }],
    initializers: [
      ...SHARED[form].initializers,
      ...layers.flatMap(({ name, n, initializers }) => [
        ...initializers,
        ofFloats(`${name}.bias`, [n], sines(n, 3)),
      ]),
    ],
    nodesAfter: new Map([
      [
        0,
        [
          ...SHARED[form].nodes,
          ...layers.flatMap(({ name, nodes }) => [
            ...nodes,
            node(`${name}.out`, "Add", [`${name}.product`, `${name}.bias`]),
          ]),
        ],
      ],
    ]),
  });
  const outputs = layers.map(({ name }) => ({ name: `${name}.out`, dataType: DATA_TYPE.float }));
  const bytes = editModel(readModel(layered, path), { outputs });
  base.files.set(path, bytes);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const files = base.card.files.map((file) =>
    file.path === path ? { ...file, bytes: bytes.length, sha256 } : file,
  );
  const targets = layers.map(({ name, k, n, target }): Target => {
    const own = { path: name, graph: "main", k, n, layout: "kn", input: "z", output: `${name}.out` } as const;
    return { ...own, ...target };
  });
  const card: BaseCard = { ...base.card, files, targets: [...base.card.targets, ...targets] };
  return { ...base, card };
}
