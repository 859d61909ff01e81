/**
 * The names that kohya's scripts give to the modules of FLUX: they train on Black Forest Labs' own code, where q, k
 * and v (and the MLP of a single block) are one layer, while a diffusers model has one layer for each. The rows of
 * the fused layer's output are those of the separate layers one below the other, so the split is exact. After
 * kohya-ss/sd-scripts networks/convert_flux_lora.py; checked against diffusers' conversion in
 * packages/conformance/vectors/importer/names.
 */

/** Where a diffusers layer lies in Black Forest Labs' model. */
export interface FluxPlace {
  /** Dotted path there: double_blocks.0.img_attn.qkv */
  readonly path: string;
  /** True when that layer is fused from several. */
  readonly fused: boolean;
  /**
   * Rows of that layer that this one is.
   * @param n rows of this layer
   * @param total rows of the fused layer
   * @returns undefined when the sizes can't be right
   */
  rows(n: number, total: number): readonly [number, number] | undefined;
}

const whole = (n: number, total: number) => (n === total ? ([0, total] as const) : undefined);
/** One of three layers of equal size. */
const third = (index: number) => (n: number, total: number) =>
  3 * n === total ? ([index * n, (index + 1) * n] as const) : undefined;
/** q, k, v of equal size, then the MLP. */
const before = (index: number) => (n: number, total: number) =>
  3 * n < total ? ([index * n, (index + 1) * n] as const) : undefined;
const last = (n: number, total: number) =>
  n < total && (total - n) % 3 === 0 ? ([total - n, total] as const) : undefined;

const DOUBLE: Readonly<Record<string, readonly [string, FluxPlace["rows"]]>> = {
  "attn.to_q": ["img_attn.qkv", third(0)],
  "attn.to_k": ["img_attn.qkv", third(1)],
  "attn.to_v": ["img_attn.qkv", third(2)],
  "attn.to_out.0": ["img_attn.proj", whole],
  "ff.net.0.proj": ["img_mlp.0", whole],
  "ff.net.2": ["img_mlp.2", whole],
  "norm1.linear": ["img_mod.lin", whole],
  "attn.add_q_proj": ["txt_attn.qkv", third(0)],
  "attn.add_k_proj": ["txt_attn.qkv", third(1)],
  "attn.add_v_proj": ["txt_attn.qkv", third(2)],
  "attn.to_add_out": ["txt_attn.proj", whole],
  "ff_context.net.0.proj": ["txt_mlp.0", whole],
  "ff_context.net.2": ["txt_mlp.2", whole],
  "norm1_context.linear": ["txt_mod.lin", whole],
};
const SINGLE: Readonly<Record<string, readonly [string, FluxPlace["rows"]]>> = {
  "attn.to_q": ["linear1", before(0)],
  "attn.to_k": ["linear1", before(1)],
  "attn.to_v": ["linear1", before(2)],
  proj_mlp: ["linear1", last],
  proj_out: ["linear2", whole],
  "norm.linear": ["modulation.lin", whole],
};
const BLOCK = /^(single_)?transformer_blocks\.(\d+)\.(.+)$/;

/**
 * The place of a diffusers path of FLUX; undefined when it has none.
 * @param path dotted, without the component: transformer_blocks.0.attn.to_q
 */
export function fluxPlace(path: string): FluxPlace | undefined {
  const match = BLOCK.exec(path);
  if (match === null) return undefined;
  const [, single, index, rest] = match;
  const names = single === undefined ? DOUBLE : SINGLE;
  const entry = Object.hasOwn(names, rest!) ? names[rest!] : undefined;
  if (entry === undefined) return undefined;
  const [name, rows] = entry;
  return {
    path: `${single === undefined ? "double" : "single"}_blocks.${index}.${name}`,
    fused: rows !== whole,
    rows,
  };
}
