import { type Target, type Tensor, writeSafetensors } from "@banana-peel/format";

/** A float32 tensor of numbers that differ. */
export function ramp(shape: readonly number[], first = 1): Tensor {
  const count = shape.reduce((product, size) => product * size, 1);
  return f32(
    shape,
    Array.from({ length: count }, (_, index) => Math.fround(Math.sin(first + index))),
  );
}

/** A float32 tensor. */
export function f32(shape: readonly number[], values: readonly number[]): Tensor {
  return { dtype: "F32", shape, data: new Uint8Array(Float32Array.from(values).buffer) };
}

/** A LoRA file in memory. */
export function lora(
  tensors: Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>> = {},
  others: Readonly<Record<string, unknown>> = {},
): Map<string, Uint8Array> {
  const files = new Map([["lora.safetensors", writeSafetensors(new Map(Object.entries(tensors)), metadata)]]);
  for (const [name, value] of Object.entries(others))
    files.set(name, new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value)));
  return files;
}

/** The targets of a base: [path, N, K] or [path, N, K, graph]. */
export function base(...targets: readonly (readonly [string, number, number, string?])[]): {
  targets: Target[];
} {
  return {
    targets: targets.map(([path, n, k, graph = "model"]) => ({
      path,
      graph,
      node: path,
      operator: "MatMul",
      k,
      n,
      layout: "kn",
      weight: `${path}.w`,
      scheme: {
        form: "qdq",
        bits: 8,
        signed: true,
        granularity: "tensor",
        scale: `${path}.s`,
        min: -127,
        max: 127,
      },
      input: `${path}.in`,
      output: `${path}.out`,
    })),
  };
}

/** kohya's three tensors of a module. */
export function kohyaModule(
  name: string,
  n: number,
  k: number,
  rank = 2,
  alpha?: number,
): Record<string, Tensor> {
  return {
    [`${name}.lora_down.weight`]: ramp([rank, k]),
    [`${name}.lora_up.weight`]: ramp([n, rank], 5),
    ...(alpha !== undefined && { [`${name}.alpha`]: f32([], [alpha]) }),
  };
}

/** PEFT's two tensors of a module. */
export function peftModule(name: string, n: number, k: number, rank = 2): Record<string, Tensor> {
  return {
    [`base_model.model.${name}.lora_A.weight`]: ramp([rank, k]),
    [`base_model.model.${name}.lora_B.weight`]: ramp([n, rank], 5),
  };
}

/** adapter_config.json of PEFT. */
export const CONFIG = { peft_type: "LORA", r: 2, lora_alpha: 4, bias: "none", init_lora_weights: true };
