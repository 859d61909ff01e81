import type { BaseCard, Scheme, Target } from "@banana-peel/format";
import { type Problem, problem } from "../problem.js";

type Contradiction = [field: string, message: string, hint: string];

/** What a form allows. Specification: docs/specification/base.md, Schemes. */
const FORMS = {
  qdq: {
    operators: ["MatMul", "Gemm", "Conv", "ConvTranspose", "Gather"],
    bits: [4, 8],
    granularity: ["tensor", "channel", "block"],
  },
  matmulnbits: { operators: ["MatMulNBits"], bits: [2, 4, 8], granularity: ["block"] },
  integer: {
    operators: ["MatMulInteger", "DynamicQuantizeMatMul", "MatMulIntegerToFloat", "ConvInteger"],
    bits: [8],
    granularity: ["tensor", "channel"],
  },
  qlinear: {
    operators: ["QLinearMatMul", "QGemm", "QLinearConv"],
    bits: [8],
    granularity: ["tensor", "channel"],
  },
  gatherblock: { operators: ["GatherBlockQuantized"], bits: [4, 8], granularity: ["block"] },
  float: {
    operators: ["MatMul", "Gemm", "Conv", "ConvTranspose", "Gather"],
    bits: [16, 32],
    granularity: ["tensor"],
  },
} as const;

/** The layouts of operators; the others have both kn and nk. */
const LAYOUTS: Readonly<Partial<Record<Target["operator"], Target["layout"]>>> = {
  MatMulNBits: "nk",
  MatMulInteger: "kn",
  DynamicQuantizeMatMul: "kn",
  MatMulIntegerToFloat: "kn",
  QLinearMatMul: "kn",
  Conv: "nk",
  ConvInteger: "nk",
  QLinearConv: "nk",
  ConvTranspose: "cns",
  Gather: "kn",
  GatherBlockQuantized: "kn",
};
const CONVOLUTIONS = ["Conv", "ConvTranspose", "ConvInteger", "QLinearConv"];
const TABLES = ["Gather", "GatherBlockQuantized"];

/** base/scheme. Specification: docs/specification/base.md, Schemes. */
export function checkSchemes(card: BaseCard, label: string): Problem[] {
  return card.targets.flatMap((target, index) =>
    contradictions(target).map(([field, message, hint]) =>
      problem("base/scheme", { message, where: `${label}:/targets/${index}/scheme/${field}`, hint }),
    ),
  );
}

function contradictions({ operator, layout, scheme }: Target): Contradiction[] {
  const table = TABLES.includes(operator);
  const conv = CONVOLUTIONS.includes(operator);
  const form = FORMS[scheme.form];
  const found: Contradiction[] = [];
  const one = (field: string, allowed: readonly (string | number)[], value: string | number) => {
    if (!allowed.includes(value))
      found.push([
        field,
        `expected ${allowed.join(" or ")} for the form ${scheme.form}, found ${value}`,
        `Correct ${field} or form.`,
      ]);
  };
  one("form", form.operators, operator);
  one("bits", form.bits, scheme.bits);
  one("granularity", form.granularity, scheme.granularity);
  if (scheme.form === "matmulnbits" && scheme.signed)
    found.push(["signed", "expected unsigned values for matmulnbits, found signed", "Correct signed."]);
  const wanted = LAYOUTS[operator] ?? (layout === "cns" ? "kn or nk" : layout);
  if (layout !== wanted)
    found.push(["form", `expected the layout ${wanted} for ${operator}, found ${layout}`, "Correct layout."]);
  if (conv && scheme.granularity === "block")
    found.push(["granularity", "expected no blocks for a convolution, found block", "Correct granularity."]);
  const ranged = scheme.form === "float" ? plain(scheme) : ranges(scheme);
  return [...found, ...places(scheme, layout, table), ...ranged];
}

/** axis and blockSize belong to a granularity. */
function places(
  { form, granularity, axis, blockSize }: Scheme,
  layout: Target["layout"],
  table: boolean,
): Contradiction[] {
  const found: Contradiction[] = [];
  if (granularity === "channel" && axis === undefined)
    found.push([
      "axis",
      "expected an axis for granularity channel, found none",
      "Add axis: 1 for [K,N] weights.",
    ]);
  if (granularity === "tensor" && axis !== undefined)
    found.push(["axis", `expected no axis for granularity tensor, found ${axis}`, "Remove axis."]);
  const inner = layout === "kn" ? 0 : 1;
  if (granularity === "block" && (table ? axis === undefined : axis !== inner))
    found.push([
      "axis",
      `expected axis ${inner}, that of K${table ? ", or 1" : ""}, for blocks in the layout ${layout}, found ${axis ?? "none"}`,
      "Correct axis or layout.",
    ]);
  if (granularity === "block" && blockSize === undefined)
    found.push(["blockSize", "expected a blockSize for granularity block, found none", "Add blockSize."]);
  if (granularity !== "block" && blockSize !== undefined)
    found.push([
      "blockSize",
      `expected no blockSize for granularity ${granularity}, found ${blockSize}`,
      "Remove blockSize.",
    ]);
  if (
    (form === "matmulnbits" || form === "gatherblock") &&
    blockSize !== undefined &&
    (blockSize < 16 || (blockSize & (blockSize - 1)) !== 0)
  )
    found.push([
      "blockSize",
      `expected a power of two of at least 16 for ${form}, found ${blockSize}`,
      "Correct blockSize.",
    ]);
  return found;
}

/** Floating-point numbers have no grid. */
function plain(scheme: Scheme): Contradiction[] {
  const found: Contradiction[] = [];
  for (const field of ["scale", "zeroPoint", "min", "max"] as const)
    if (scheme[field] !== undefined)
      found.push([
        field,
        `expected no ${field} for the form float, found ${scheme[field]}`,
        `Remove ${field}.`,
      ]);
  if (!scheme.signed)
    found.push(["signed", "expected signed values for the form float, found unsigned", "Correct signed."]);
  return found;
}

function ranges(scheme: Scheme): Contradiction[] {
  const found: Contradiction[] = [];
  for (const field of ["scale", "min", "max"] as const)
    if (scheme[field] === undefined)
      found.push([field, `expected ${field} for the form ${scheme.form}, found none`, `Add ${field}.`]);
  const { min, max, signed, bits } = scheme;
  if (min === undefined || max === undefined) return found;
  const whole = 2 ** bits;
  const [lowest, highest] = signed ? [-whole / 2, whole / 2 - 1] : [0, whole - 1];
  const kind = `${signed ? "signed" : "unsigned"} ${bits} bits`;
  if (min < lowest)
    found.push(["min", `expected at least ${lowest} for ${kind}, found ${min}`, "Correct min or signed."]);
  if (max > highest)
    found.push(["max", `expected at most ${highest} for ${kind}, found ${max}`, "Correct max or signed."]);
  if (min >= max)
    found.push(["min", `expected min below max, found ${min} and ${max}`, "Correct min or max."]);
  return found;
}
