import { type Delta, lowRankDelta } from "../delta/delta.js";
import type { Magnitude } from "../delta/dora.js";
import { lohaDelta } from "../delta/loha.js";
import { fullSide, lokrDelta, type Side } from "../delta/lokr.js";
import { finite, type Matrix, multiply, scalar, toKernels, toMatrix, zeros } from "../delta/matrix.js";
import { invalid, unsupported } from "../errors.js";
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
  const a = core.kernel === undefined ? multiply(core, down) : tucker(core, core.kernel, down);
  return lowRankDelta({ ...a, kernel: core.kernel }, up, alphaScale(roles, down.rows, module));
}

/**
 * A Tucker core [r, q, kernel] times lora_down [q, C]: [r, C, kernel], as in LyCORIS functional/general.py (rebuild_tucker).
 * So the update keeps the rank r. Summed in float64 and rounded once.
 */
function tucker(core: Matrix, kernel: readonly number[], down: Matrix): Matrix {
  const positions = kernel.reduce((product, size) => product * size, 1);
  const out = zeros(core.rows, down.columns * positions);
  const sums = new Float64Array(out.columns);
  for (let r = 0; r < core.rows; r++) {
    sums.fill(0);
    for (let q = 0; q < down.rows; q++)
      for (let channel = 0; channel < down.columns; channel++) {
        const factor = down.data[q * down.columns + channel]!;
        const from = r * core.columns + q * positions;
        for (let p = 0; p < positions; p++) sums[channel * positions + p]! += factor * core.data[from + p]!;
      }
    out.data.set(sums, r * out.columns);
  }
  return out;
}

/** LyCORIS LoHa; of a convolution its second factors are flattened, [r, channels * positions]. */
export function lohaUpdate(roles: Roles, module: string): Delta {
  if (roles.has("hada_t1") || roles.has("hada_t2")) throw tuckerCore("hada_t1, hada_t2", module);
  const [w1a, w1b, w2a, w2b] = ["hada_w1_a", "hada_w1_b", "hada_w2_a", "hada_w2_b"].map((role) =>
    roleMatrix(roles, role, module),
  ) as [Matrix, Matrix, Matrix, Matrix];
  pair(w1a, w1b, module);
  pair(w2a, w2b, module);
  if (w1a.rows !== w2a.rows || w1b.columns !== w2b.columns)
    throw invalid(
      module,
      `expected two products of one shape, found [${w1a.rows},${w1b.columns}] and [${w2a.rows},${w2b.columns}]`,
    );
  return lohaDelta(w1a, w1b, w2a, w2b, alphaScale(roles, w1b.rows, module));
}

/**
 * LyCORIS LoKr; of a convolution the kernel is in its second factor. The rank that alpha is divided by is w1's when w1 is factored, else w2's; when
 * neither is, the scale is 1 whatever alpha says (modules/lokr.py, make_module_from_state_dict and __init__).
 */
export function lokrUpdate(roles: Roles, module: string): Delta {
  if (roles.has("lokr_t1") || roles.has("lokr_t2")) throw tuckerCore("lokr_t1, lokr_t2", module);
  const [one, oneRank] = side(roles, "lokr_w1", module);
  const [two, twoRank] = side(roles, "lokr_w2", module);
  const rank = oneRank ?? twoRank;
  return lokrDelta(one, two, rank === undefined ? 1 : alphaScale(roles, rank, module));
}

function side(roles: Roles, role: string, module: string): [Side, number | undefined] {
  if (roles.has(role)) {
    const whole = roleKernels(roles, role, module);
    const { u, v } = fullSide(whole);
    return [{ u, v: { ...v, kernel: whole.kernel } }, undefined];
  }
  const a = roleMatrix(roles, `${role}_a`, module);
  const b = roleMatrix(roles, `${role}_b`, module);
  pair(a, b, `${module}.${role}`);
  const full = a.columns >= Math.min(a.rows, b.columns);
  return [full ? fullSide(multiply(a, b)) : { u: a, v: b }, a.columns];
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

function tuckerCore(feature: string, module: string) {
  return unsupported(
    `a Tucker core (${feature})`,
    module,
    "its product by elements has a rank of the fourth power of the LoRA's",
    "Train without use_tucker, or import the rest of it with `partial`.",
  );
}
