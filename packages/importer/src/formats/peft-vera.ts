import { type Delta, lowRankDelta } from "../delta/delta.js";
import { finite, type Matrix, rowsOf, toMatrix } from "../delta/matrix.js";
import { invalid, unsupported } from "../errors.js";
import type { LoraFiles, LoraModules, SourceModule } from "../importer.js";
import { otherTensor, peftPlace } from "./peft-names.js";
import { checkOptions, number } from "./peft-options.js";
import { splitRole } from "./roles.js";
import { groupTensors, need, type Roles, readModule } from "./tensors.js";

const ROLES = ["vera_lambda_b", "vera_lambda_d"];
const PROJECTIONS = { a: "base_model.vera_A", b: "base_model.vera_B" };
const WHERE = "adapter_config.json";
/** Options of VERA: how it was trained and initialised. */
const OPTIONS = [
  "bias",
  "d_initial",
  "fan_in_fan_out",
  "init_weights",
  "projection_prng_key",
  "r",
  "save_projection",
  "vera_dropout",
];

/**
 * PEFT's VeRA (tuners/vera/layer.py, get_delta_weight): one A [r,Kmax] and one B [Nmax,r] for all modules, and of each
 * module .vera_lambda_b [N] and .vera_lambda_d [r]; delta = diag(b) B[:N] diag(d) A[:, :K], which is a LoRA of rank r. K
 * is the target's: the file doesn't say it.
 */
export function readPeftVera(files: LoraFiles, options: Readonly<Record<string, unknown>>): LoraModules {
  checkOptions(options, OPTIONS, WHERE);
  const shared = projections(files);
  const r = number(options.r, `${WHERE}:/r`);
  if (shared.a.rows !== r || shared.b.columns !== r)
    throw invalid(
      `${WHERE}:/r`,
      `expected the rank of ${PROJECTIONS.a} and ${PROJECTIONS.b}, ${shared.a.rows} and ${shared.b.columns}, found ${r}`,
    );
  const own = new Map([...files.tensors].filter(([name]) => !Object.values(PROJECTIONS).includes(name)));
  const { modules, unknown } = groupTensors(own, files.label, (name) => splitRole(name, ROLES));
  const refused = unknown.map((name) => otherTensor(name, files.config));
  const read = [...modules].map(([name, roles]) =>
    readModule(name, refused, () => veraModule(name, roles, shared)),
  );
  return { modules: read.filter((module) => module !== undefined), refused, notes: [] };
}

function projections({ tensors, label }: LoraFiles): { a: Matrix; b: Matrix } {
  const a = tensors.get(PROJECTIONS.a);
  const b = tensors.get(PROJECTIONS.b);
  if (a === undefined || b === undefined)
    throw unsupported(
      "VeRA without its projections (save_projection false)",
      label,
      `its factors are random numbers of the machine that trained it, which ${PROJECTIONS.a} and ${PROJECTIONS.b} would hold`,
      "Load it where it was trained and save it with save_projection=True.",
    );
  return { a: toMatrix(a, PROJECTIONS.a), b: toMatrix(b, PROJECTIONS.b) };
}

function veraModule(name: string, roles: Roles, { a, b }: { a: Matrix; b: Matrix }): SourceModule {
  const rows = finite(need(roles, "vera_lambda_b", name), `${name}.vera_lambda_b`);
  const ranks = finite(need(roles, "vera_lambda_d", name), `${name}.vera_lambda_d`);
  if (rows.length > b.rows)
    throw invalid(`${name}.vera_lambda_b`, `expected at most ${b.rows} numbers, found ${rows.length}`);
  if (ranks.length !== a.rows)
    throw invalid(`${name}.vera_lambda_d`, `expected ${a.rows} numbers, found ${ranks.length}`);
  const up = scaledRows(rowsOf(b, 0, rows.length), rows);
  const { path } = peftPlace(name);
  return { name, path, delta: veraDelta(up, scaledRows(a, ranks), a.columns) };
}

/** @param k input features: the first so many columns of A count */
function veraDelta(b: Matrix, a: Matrix, k: number): Delta {
  const data = new Float32Array(a.rows * k);
  for (let i = 0; i < a.rows; i++) data.set(a.data.subarray(i * a.columns, i * a.columns + k), i * k);
  return {
    ...lowRankDelta({ rows: a.rows, columns: k, data }, b, 1),
    form: "VeRA",
    ofWidth: (width) => (width <= a.columns ? veraDelta(b, a, width) : undefined),
  };
}

/** diag(factors) matrix. */
function scaledRows({ rows, columns, data }: Matrix, factors: Float32Array): Matrix {
  return { rows, columns, data: data.map((value, i) => value * factors[Math.floor(i / columns)]!) };
}
