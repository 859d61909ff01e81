import type { Tensor } from "@banana-peel/format";
import { lowRankDelta } from "../delta/delta.js";
import type { Magnitude } from "../delta/dora.js";
import { finite, toKernels, toMatrix } from "../delta/matrix.js";
import { ambiguous, invalid, unsupported } from "../errors.js";
import type { Importer, LoraFiles, LoraModules, RefusedModule, SourceModule } from "../importer.js";
import { readPeftAdalora } from "./peft-adalora.js";
import { loraConfig, type PeftConfig } from "./peft-config.js";
import { refusedKind } from "./peft-kinds.js";
import { readPeftLycoris } from "./peft-lycoris.js";
import { otherTensor, PEFT_PREFIX, peftPlace } from "./peft-names.js";
import { readPeftVera } from "./peft-vera.js";
import { groupTensors, need, type Roles, readModule } from "./tensors.js";
import { pair } from "./updates.js";

/** The name of the adapter stands in the middle when a model's own state was saved. */
const KEY =
  /^(.+)\.(lora_A|lora_B|lora_embedding_A|lora_embedding_B|lora_magnitude_vector)(?:\.(?!weight$|bias$)([^.]+))?(?:\.(weight|bias))?$/;

/**
 * PEFT (huggingface/peft 0.21.2): adapter_config.json and adapter_model.safetensors;
 * base_model.model.X.lora_A.weight [r,K], .lora_B.weight [N,r]; delta = s B A; LoHa, LoKr, AdaLoRA and VeRA by their
 * own tensors. fan_in_fan_out only says how the
 * base's weight is stored, so A and B are the same for it.
 */
export const peft: Importer = {
  id: "peft",
  title: "PEFT",
  detect: ({ tensors, config }) =>
    config !== undefined || [...tensors.keys()].some((name) => name.startsWith(PEFT_PREFIX)),
  read(files) {
    if (files.config === undefined)
      throw invalid(
        files.label,
        "expected adapter_config.json beside the weights, found none: it holds alpha and the rank patterns",
        "Import the whole folder that PEFT saved.",
      );
    const type = files.config.peft_type ?? "LORA";
    const read = typeof type === "string" && Object.hasOwn(KINDS, type) ? KINDS[type] : undefined;
    if (read === undefined) throw refusedKind(type, CONFIG);
    return read(files, files.config);
  },
};

const BASE_WEIGHT = ".base_layer.weight";

const CONFIG = "adapter_config.json";

/** The kinds of PEFT's that are low-rank updates, by peft_type. */
const KINDS: Readonly<
  Record<string, (files: LoraFiles, config: Readonly<Record<string, unknown>>) => LoraModules>
> = {
  LORA(files, options) {
    const config = loraConfig(options, CONFIG);
    const read = readPeftTensors(files, (name) => ({ ...peftPlace(name), config }));
    return { ...read, notes: [...config.notes, ...read.notes] };
  },
  LOHA: readPeftLycoris,
  LOKR: readPeftLycoris,
  ADALORA: readPeftAdalora,
  VERA: readPeftVera,
};

/** What the names of a file in PEFT's style say about a module: its path and the configuration that scales it. */
export interface PeftPlace {
  readonly path: SourceModule["path"];
  /** undefined: scale 1. */
  readonly config: PeftConfig | undefined;
  /** The path that the configuration's patterns match. */
  readonly configPath: string;
}

/** Reads tensors in PEFT's spelling, which diffusers uses too. */
export function readPeftTensors(
  { tensors, label, config }: LoraFiles,
  place: (module: string) => PeftPlace,
  parse = peftKey,
): LoraModules {
  const adapters = new Set<string>();
  const { modules, unknown } = groupTensors(tensors, label, (name) => {
    const parsed = parse(name);
    if (parsed?.adapter !== undefined) adapters.add(parsed.adapter);
    return parsed && [parsed.module, parsed.role];
  });
  if (adapters.size > 1)
    throw ambiguous(`expected the tensors of one adapter, found ${[...adapters].join(", ")}`, {
      where: label,
      hint: "Save each adapter into a folder of its own.",
      details: { adapters: [...adapters] },
    });
  const own = unknown.filter((name) => isBaseWeight(name, tensors.get(name)!, modules));
  const refused: RefusedModule[] = unknown
    .filter((name) => !own.includes(name))
    .map((name) => otherTensor(name, config));
  const read = [...modules].map(([name, roles]) =>
    readModule(name, refused, () => peftModule(name, roles, place(name))),
  );
  const notes = own.map(
    (name) =>
      `${name} is left out: PEFT saves the base's own weight beside the update of an embedding or a head.`,
  );
  return { modules: read.filter((module) => module !== undefined), refused, notes };
}

/**
 * True for the weight of a layer that has an update, in the update's size: it is frozen while PEFT trains, and saved with
 * the adapter of embed_tokens and lm_head (save_embedding_layers="auto"). One of another size is a resized vocabulary's.
 */
function isBaseWeight(name: string, { shape }: Tensor, modules: ReadonlyMap<string, Roles>): boolean {
  const roles = name.endsWith(BASE_WEIGHT) && modules.get(name.slice(0, -BASE_WEIGHT.length));
  if (!roles) return false;
  const embedding = roles.has("lora_embedding_A") ? "lora_embedding" : "lora";
  const k = roles.get(`${embedding}_A`)?.shape[1];
  const n = roles.get(`${embedding}_B`)?.shape[0];
  const [rows, columns] = embedding === "lora" ? [n, k] : [k, n];
  return shape.length === 2 && shape[0] === rows && shape[1] === columns;
}

/** A tensor's module, role and adapter name. */
export function peftKey(name: string): { module: string; role: string; adapter?: string } | undefined {
  const match = KEY.exec(name);
  if (match === null) return undefined;
  const [, module, role, adapter, kind] = match;
  const full = kind === "bias" ? `${role}.bias` : role!;
  return adapter === undefined ? { module: module!, role: full } : { module: module!, role: full, adapter };
}

function peftModule(name: string, roles: Roles, { path, config, configPath }: PeftPlace): SourceModule {
  if (roles.has("lora_B.bias") || roles.has("lora_A.bias"))
    throw unsupported(
      "lora_B.bias (lora_bias)",
      name,
      "an adapter holds no biases",
      "Train without lora_bias.",
    );
  const embedding = roles.has("lora_embedding_A") ? "lora_embedding" : "lora";
  const a = toKernels(need(roles, `${embedding}_A`, name), `${name}.${embedding}_A`);
  const b = toMatrix(need(roles, `${embedding}_B`, name), `${name}.${embedding}_B`);
  if (
    need(roles, `${embedding}_B`, name).shape.length > 2 &&
    b.columns !== a.rows &&
    a.rows % b.columns === 0
  )
    throw unsupported(
      "a LoRA of a convolution in groups",
      name,
      "its lora_A reads the channels of all groups, where the layer's own weight reads those of one: no change of the weight does that",
      "Train without the convolutions in groups, or import the rest with `partial`.",
    );
  pair(b, a, name);
  const delta = lowRankDelta(a, b, config?.scale(configPath, a.rows) ?? 1);
  const vector = roles.get("lora_magnitude_vector");
  if (vector === undefined) return { name, path, delta };
  const values = finite(vector, `${name}.lora_magnitude_vector`);
  if (values.length !== b.rows)
    throw invalid(`${name}.lora_magnitude_vector`, `expected [${b.rows}], found [${vector.shape.join(",")}]`);
  const magnitude: Magnitude = { values, along: "rows" };
  return { name, path, delta, magnitude };
}
