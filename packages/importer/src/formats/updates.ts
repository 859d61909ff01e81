import { type Delta, lowRankDelta } from "../delta/delta.js";
import type { Magnitude } from "../delta/dora.js";
import { lohaDelta } from "../delta/loha.js";
import { fullSide, lokrDelta, type Side } from "../delta/lokr.js";
import { finite, type Matrix, multiply, scalar, toKernels, toMatrix, transposed } from "../delta/matrix.js";
import { contractCore } from "../delta/tucker.js";
import { invalid } from "../errors.js";
import { need, type Roles } from "./tensors.js";

/** Roles that the kohya and LyCORIS formats read, without the module's name. */
export const LORA_ROLES = ["lora_down.weight", "lora_up.weight", "lora_mid.weight", "alpha", "dora_scale"];
export const LOHA_ROLES = ["hada_w1_a", "hada_w1_b", "hada_w2_a", "hada_w2_b", "hada_t1", "hada_t2"];
export const LOKR_ROLES = [
  "lokr_w1",
  "lokr_w1_a",
  "lokr_w1_b",
  "lokr_w2",
  "lokr_w2_a",
  "lokr_w2_b",
  "lokr_t1",
  "lokr_t2",
];

/** A matrix of a role. */
export function roleMatrix(roles: Roles, role: string, module: string): Matrix {
  return toMatrix(need(roles, role, module), `${module}.${role}`);
}

/** A matrix of a role whose columns may be those of a convolution's kernel. */
export function roleKernels(roles: Roles, role: string, module: string): Matrix {
  return toKernels(need(roles, role, module), `${module}.${role}`);
}

/** Holds two matrices to the same inner size. */
export function pair(up: Matrix, down: Matrix, where: string): void {
  if (up.columns !== down.rows)
    throw invalid(
      where,
      `expected two factors of one rank, found [${up.rows},${up.columns}] and [${down.rows},${down.columns}]`,
    );
}

/** kohya and LyCORIS: s = alpha / rank, with alpha missing or 0 meaning the rank (networks/lora.py, LoRAModule). */
export function alphaScale(roles: Roles, rank: number, module: string): number {
  const tensor = roles.get("alpha");
  const alpha = tensor === undefined ? 0 : scalar(tensor, `${module}.alpha`);
  return alpha === 0 ? 1 : alpha / rank;
}

/** lora_up lora_down, with an optional Tucker core in the middle (LoCon, of convolutions). */
export function loraUpdate(roles: Roles, module: string): Delta {
  const down = roleKernels(roles, "lora_down.weight", module);
  const up = roleMatrix(roles, "lora_up.weight", module);
  const mid = roles.get("lora_mid.weight");
  if (mid === undefined) {
    pair(up, down, module);
    return lowRankDelta(down, up, alphaScale(roles, down.rows, module));
  }
  const core = toKernels(mid, `${module}.lora_mid.weight`);
  const channels = core.kernel === undefined ? core.columns : mid.shape[1]!;
  const middle = { ...core, columns: channels };
  pair(up, core, module);
  pair(middle, down, module);
  const a = core.kernel === undefined ? multiply(core, down) : contractCore(core, core.kernel, down);
  return lowRankDelta({ ...a, kernel: core.kernel }, up, alphaScale(roles, down.rows, module));
}

/** The scale of an update of a rank; undefined where no factor has one. */
export type ScaleOf = (rank: number | undefined) => number;

/**
 * LoHa of LyCORIS and PEFT; of a convolution its second factors are flattened, [r, channels * positions], or hold a
 * Tucker core each.
 */
export function lohaUpdate(roles: Roles, module: string, scaleOf: ScaleOf = byAlpha(roles, module)): Delta {
  const [w1a, w1b] = product(roles, "hada_w1", "hada_t1", module);
  const [w2a, w2b] = product(roles, "hada_w2", "hada_t2", module);
  if (w1a.rows !== w2a.rows || w1b.columns !== w2b.columns)
    throw invalid(
      module,
      `expected two products of one shape, found [${w1a.rows},${w1b.columns}] and [${w2a.rows},${w2b.columns}]`,
    );
  return lohaDelta(w1a, w1b, w2a, w2b, scaleOf(w1b.rows));
}

/**
 * LoKr of LyCORIS and PEFT; of a convolution the kernel is in its second factor. The rank that alpha is divided by is
 * w1's when w1 is factored, else w2's. When neither is, LyCORIS has scale 1 whatever alpha says (modules/lokr.py,
 * make_module_from_state_dict and __init__), and PEFT alpha / r as ever.
 */
export function lokrUpdate(roles: Roles, module: string, scaleOf: ScaleOf = byAlpha(roles, module)): Delta {
  const [one, oneRank] = side(roles, "lokr_w1", "lokr_t1", module);
  const [two, twoRank] = side(roles, "lokr_w2", "lokr_t2", module);
  if (oneRank !== undefined && twoRank !== undefined && oneRank !== twoRank)
    throw invalid(module, `expected two sides of one rank, found ${oneRank} and ${twoRank}`);
  return lokrDelta(one, two, scaleOf(oneRank ?? twoRank));
}

/** LyCORIS's scale: alpha / rank, and 1 where there is no rank. */
function byAlpha(roles: Roles, module: string): ScaleOf {
  return (rank) => (rank === undefined ? 1 : alphaScale(roles, rank, module));
}

function side(roles: Roles, role: string, core: string, module: string): [Side, number | undefined] {
  if (roles.has(role)) {
    const whole = roleKernels(roles, role, module);
    const { u, v } = fullSide(whole);
    return [{ u, v: { ...v, kernel: whole.kernel } }, undefined];
  }
  const [a, b] = product(roles, role, core, module);
  const full = a.columns >= Math.min(a.rows, b.columns);
  return [full ? fullSide(multiply(a, b)) : { u: a, v: b }, a.columns];
}

/**
 * Two factors [rows,r] and [r,columns] of a product. With a Tucker core [r,r,kernel] the file has them as [r,rows] and
 * [r,channels], and the core goes into the second one: the product's rank stays r.
 */
function product(roles: Roles, role: string, coreRole: string, module: string): [Matrix, Matrix] {
  const a = roleMatrix(roles, `${role}_a`, module);
  const b = roleMatrix(roles, `${role}_b`, module);
  const tensor = roles.get(coreRole);
  if (tensor === undefined) {
    pair(a, b, `${module}.${role}`);
    return [a, b];
  }
  const core = toKernels(tensor, `${module}.${coreRole}`);
  if (core.rows !== a.rows || tensor.shape[1] !== b.rows)
    throw invalid(
      `${module}.${coreRole}`,
      `expected a core [${a.rows},${b.rows},...], found [${tensor.shape.join(",")}]`,
    );
  return [transposed(a), contractCore(core, tensor.shape.slice(2), b)];
}

/**
 * LyCORIS dora_scale: [N,1] lengths of rows, or [1,K] of columns (wd_on_out=False); undefined when there is none.
 * @throws BananaError IMPORT_INVALID
 */
export function doraScale(roles: Roles, { n, k }: Delta, module: string): Magnitude | undefined {
  const tensor = roles.get("dora_scale");
  if (tensor === undefined) return undefined;
  const where = `${module}.dora_scale`;
  const [first, second = 1, ...rest] = tensor.shape;
  const plain = rest.every((size) => size === 1);
  const values = finite(tensor, where);
  if (plain && first === n && second === 1) return { values, along: "rows" };
  if (plain && first === 1 && second === k) return { values, along: "columns" };
  throw invalid(where, `expected [${n},1] or [1,${k}], found [${tensor.shape.join(",")}]`);
}
