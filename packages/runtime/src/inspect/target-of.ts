import { BananaError, type Target } from "@banana-peel/format";
import {
  DATA_TYPE,
  dataTypeName,
  type FoundTarget,
  type OnnxGraph,
  type OnnxTensor,
  type ReadExternal,
  readElements,
} from "@banana-peel/onnx";
import { allZero, storedRange } from "./stored-range.js";

const STORED = new Map<number, { bits: 2 | 4 | 8 | 16 | 32; signed: boolean }>([
  [DATA_TYPE.int8, { bits: 8, signed: true }],
  [DATA_TYPE.uint8, { bits: 8, signed: false }],
  [DATA_TYPE.int4, { bits: 4, signed: true }],
  [DATA_TYPE.uint4, { bits: 4, signed: false }],
  [DATA_TYPE.float, { bits: 32, signed: true }],
  [DATA_TYPE.float16, { bits: 16, signed: true }],
  [DATA_TYPE.bfloat16, { bits: 16, signed: true }],
]);

/**
 * The card's entry for a layer: its sizes by its own operator, its scheme by types and shapes of what it stores, its
 * range by the stored values.
 * @throws BananaError ONNX_UNSUPPORTED for a type or a size that no scheme has
 */
export async function targetOf(
  graph: OnnxGraph,
  graphName: string,
  { path, node, traced }: FoundTarget,
  readExternal: ReadExternal,
): Promise<Target> {
  const weight = graph.initializers.get(traced.weight)!;
  const stored = STORED.get(weight.dataType);
  const sizes = sizesOf(traced, weight.dims);
  if (stored === undefined || sizes === undefined)
    throw unsupported(
      node,
      `expected a weight of two axes in integers or floating-point numbers, found ${dataTypeName(weight.dataType)} [${weight.dims}]`,
    );
  return {
    path,
    graph: graphName,
    node,
    operator: traced.operator as Target["operator"],
    ...sizes,
    layout: traced.layout,
    weight: traced.weight,
    scheme: await schemeOf(graph, traced, weight, stored, readExternal),
    input: traced.inputs.at(-1)!,
    output: traced.outputs.at(-1)!,
  };
}

/** K and N by the layer's own operator, and a convolution's kernel and groups; undefined for weights of other axes. */
function sizesOf(
  { attributes, convolution, layout }: FoundTarget["traced"],
  dims: readonly number[],
): Pick<Target, "k" | "n" | "kernel" | "groups"> | undefined {
  if (attributes !== undefined) return { k: attributes.k, n: attributes.n };
  const [first, second] = dims as [number, number];
  if (convolution !== undefined) {
    const { kernel, groups, channels } = convolution;
    return {
      k: kernel.reduce((product, size) => product * size, channels / groups),
      n: layout === "cns" ? second * groups : first,
      kernel: [...kernel],
      ...(groups > 1 && { groups }),
    };
  }
  if (dims.length !== 2) return undefined;
  return layout === "kn" ? { k: first, n: second } : { k: second, n: first };
}

async function schemeOf(
  graph: OnnxGraph,
  traced: FoundTarget["traced"],
  weight: OnnxTensor,
  stored: { bits: 2 | 4 | 8 | 16 | 32; signed: boolean },
  readExternal: ReadExternal,
): Promise<Target["scheme"]> {
  const { form, attributes, blockSize, axis, zeroPoint } = traced;
  const bits = (attributes?.bits ?? stored.bits) as Target["scheme"]["bits"];
  const { signed } = stored;
  if (form === "float") return { form, bits, signed: true, granularity: "tensor" };
  const scale = graph.initializers.get(traced.scale!);
  if (scale === undefined)
    throw unsupported(traced.weight, `expected the scale ${traced.scale} to be an initializer, found none`);
  const bytes = bits === 8 ? await readElements(weight, readExternal) : new Uint8Array(0);
  const zeros = zeroPoint === undefined ? undefined : graph.initializers.get(zeroPoint);
  const symmetric = zeros === undefined || allZero(zeros.dataType, await readElements(zeros, readExternal));
  const granularity = blockSize !== undefined ? "block" : scale.count === 1 ? "tensor" : "channel";
  return {
    form,
    bits,
    signed,
    granularity,
    ...(blockSize !== undefined && { blockSize }),
    ...(granularity !== "tensor" && { axis }),
    scale: traced.scale!,
    ...(zeroPoint !== undefined && { zeroPoint }),
    ...storedRange(bits, signed, bytes, symmetric),
  };
}

function unsupported(where: string, message: string): BananaError {
  return new BananaError("ONNX_UNSUPPORTED", message, {
    where,
    hint: "Quantise the model to a form that docs/specification/base.md lists.",
  });
}
