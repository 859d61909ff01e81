import { BananaError } from "./errors/banana-error.js";
import { LIMITS } from "./limits.js";
import { elementCount, type Tensor, toFloat32 } from "./safetensors/dtype.js";
import { readSafetensors } from "./safetensors/read.js";
import { type UpdateShape, updateShape } from "./update-shape.js";

/** The low-rank update of one target: delta W [N,K] = alpha / rank * B A. */
export interface LowRank extends UpdateShape {
  readonly path: string;
  /** lora_A.weight, [rank, K] row-major; of a convolution [rank, channels / groups, kernel], which is the same. */
  readonly a: Float32Array;
  /** lora_B.weight, [N, rank] row-major. */
  readonly b: Float32Array;
}

/** A canonical adapter: its targets by module path and the embeddings of its trigger words. */
export interface Adapter {
  readonly targets: ReadonlyMap<string, LowRank>;
  /** By trigger word: [rows, width] row-major. */
  readonly embeddings: ReadonlyMap<string, { rows: number; width: number; data: Float32Array }>;
}

const A_SUFFIX = ".lora_A.weight";
const B_SUFFIX = ".lora_B.weight";
/** The grammar of a target's path in base.schema.json. */
const MODULE_PATH = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/;
const MAX_MODULE_PATH = 512;
const EMBEDDING = /^trigger\.([a-z0-9]+(?:-[a-z0-9]+)*)\.embedding$/;

/**
 * Reads an adapter in canonical names. Specification: docs/specification/peel.md, Adapter.
 * @throws BananaError SAFETENSORS_INVALID, JSON_INVALID, ADAPTER_INVALID
 */
export function readAdapter(bytes: Uint8Array, label: string): Adapter {
  const { tensors } = readSafetensors(bytes, label);
  const targets = new Map<string, LowRank>();
  const embeddings = new Map<string, { rows: number; width: number; data: Float32Array }>();
  for (const [name, tensor] of tensors) {
    const where = `${label}: ${name}`;
    const word = EMBEDDING.exec(name)?.[1];
    if (word !== undefined) {
      const [rows, width] = matrix(tensor, where);
      embeddings.set(word, { rows, width, data: floats(tensor, where) });
    } else if (name.endsWith(A_SUFFIX) && name.length > A_SUFFIX.length) {
      const path = name.slice(0, -A_SUFFIX.length);
      const other = tensors.get(path + B_SUFFIX);
      if (path.length > MAX_MODULE_PATH || !MODULE_PATH.test(path))
        throw fail(where, "expected a module path of letters, digits, _ and -, parts joined by dots");
      if (other === undefined) throw fail(where, `expected ${path + B_SUFFIX} beside it, found none`);
      targets.set(path, lowRank(path, tensor, other, label));
    } else if (name.endsWith(B_SUFFIX) && tensors.has(name.slice(0, -B_SUFFIX.length) + A_SUFFIX)) {
      // Read together with its lora_A.weight.
    } else throw stray(name, where);
  }
  if (targets.size === 0) throw fail(label, "expected at least one target, found none");
  return { targets, embeddings };
}

/** What is wrong with a tensor of DoRA, told apart since many LoRAs have it, and the mend; undefined for another name. */
export function doraTensor(name: string): { message: string; hint: string } | undefined {
  if (!/\.(?:lora_magnitude_vector|dora_scale)(?:\.weight)?$/.test(name)) return undefined;
  return {
    message:
      "expected an update that can run beside the layer, found DoRA's magnitude: it rescales the layer's own weight, so that no branch computes it",
    hint: "Import the LoRA with the base's weights and a rank, which approximates it and shows the error, or train without DoRA.",
  };
}

/** A tensor that no adapter has. */
function stray(name: string, where: string): BananaError {
  const dora = doraTensor(name);
  return dora === undefined
    ? fail(where, "expected <module path>.lora_A.weight with its lora_B.weight, or trigger.<word>.embedding")
    : fail(where, dora.message, dora.hint);
}

function lowRank(path: string, tensorA: Tensor, tensorB: Tensor, label: string): LowRank {
  const whereA = `${label}: ${path}${A_SUFFIX}`;
  const whereB = `${label}: ${path}${B_SUFFIX}`;
  const shape = updateShape(tensorA.shape, tensorB.shape);
  if ("wrong" in shape) throw fail(shape.wrong === "A" ? whereA : whereB, shape.message);
  if (shape.rank > LIMITS.rank)
    throw fail(whereB, `expected a rank of at most ${LIMITS.rank}, found ${shape.rank}`);
  return { path, ...shape, a: floats(tensorA, whereA), b: floats(tensorB, whereB) };
}

function matrix(tensor: Tensor, where: string): [number, number] {
  const [rows, columns] = tensor.shape;
  if (tensor.shape.length !== 2 || !rows || !columns)
    throw fail(where, `expected two dimensions of at least 1, found [${tensor.shape.join(",")}]`);
  return [rows, columns];
}

function floats(tensor: Tensor, where: string): Float32Array {
  const data = toFloat32(tensor);
  if (data === undefined) throw fail(where, `expected F32, F16 or BF16, found ${tensor.dtype}`);
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw fail(
      where,
      `expected finite numbers, found ${data[bad]} at element ${bad} of ${elementCount(tensor.shape)}`,
      "The training diverged or the file is damaged; take an earlier checkpoint.",
    );
  return data;
}

function fail(
  where: string,
  message: string,
  hint = "Save the adapter in canonical names: docs/specification/peel.md, Adapter.",
): BananaError {
  return new BananaError("ADAPTER_INVALID", message, { where, hint });
}
