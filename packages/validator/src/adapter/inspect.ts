import { isBananaError, readSafetensors, type Tensor } from "@banana-peel/format";
import { MAX_PROBLEMS, type Problem, problem } from "../problem.js";
import { show } from "../schema/show.js";
import { contributes } from "./effect.js";
import { type TensorRole, tensorName, tensorRole } from "./names.js";
import { checkTensor } from "./tensor.js";

/** A target of an adapter that is well-formed on its own. */
export interface InspectedTarget {
  rank: number;
  k: number;
  n: number;
  /** False when B A is zero because of its factors. */
  isEffective: boolean;
}

/** What an adapter file holds, as far as it is well-formed, and every problem of it. */
export interface InspectedAdapter {
  targets: ReadonlyMap<string, InspectedTarget>;
  /** By trigger word. */
  embeddings: ReadonlyMap<string, { rows: number; width: number }>;
  problems: Problem[];
}

/**
 * Looks at every tensor of an adapter, until MAX_PROBLEMS, where `readAdapter` stops at the first that is wrong; an
 * adapter without problems here is one that `readAdapter` takes. Specification: docs/specification/peel.md, Adapter.
 */
export function inspectAdapter(bytes: Uint8Array, file: string): InspectedAdapter {
  const targets = new Map<string, InspectedTarget>();
  const embeddings = new Map<string, { rows: number; width: number }>();
  const problems: Problem[] = [];
  const tensors = read(bytes, file, problems);
  if (tensors === undefined) return { targets, embeddings, problems };

  const sound = new Map<string, Float32Array>();
  for (const [name, tensor] of tensors) {
    if (problems.length >= MAX_PROBLEMS) break;
    const role = tensorRole(name);
    if (role.kind === "unknown") problems.push(unknownName(file, name));
    else {
      const { values, problems: found } = checkTensor(tensor, `${file}:${name.slice(0, 600)}`);
      problems.push(...found);
      if (values !== undefined) sound.set(name, values);
      if (values !== undefined && role.kind === "embedding")
        embeddings.set(role.word, { rows: tensor.shape[0]!, width: tensor.shape[1]! });
    }
  }
  for (const path of pathsOf([...tensors.keys()].map(tensorRole))) {
    if (problems.length >= MAX_PROBLEMS) break;
    const target = pair(path, tensors, sound, file, problems);
    if (target !== undefined) targets.set(path, target);
  }
  if (![...tensors.keys()].some((name) => ["a", "b"].includes(tensorRole(name).kind)))
    problems.push(
      problem("peel/adapter-tensors", {
        message: "expected at least one target, found none",
        where: file,
        hint: "Save the adapter in canonical names: <module path>.lora_A.weight and .lora_B.weight.",
      }),
    );
  return { targets, embeddings, problems };
}

function read(bytes: Uint8Array, file: string, problems: Problem[]): ReadonlyMap<string, Tensor> | undefined {
  try {
    return readSafetensors(bytes, file).tensors;
  } catch (error) {
    if (!isBananaError(error)) throw error;
    problems.push(
      problem("peel/adapter-safetensors", {
        message: error.message,
        where: error.where ?? file,
        hint: error.hint ?? "Write the file again with a safetensors library.",
      }),
    );
    return undefined;
  }
}

function pathsOf(roles: readonly TensorRole[]): Set<string> {
  return new Set(roles.flatMap((role) => (role.kind === "a" || role.kind === "b" ? [role.path] : [])));
}

function pair(
  path: string,
  tensors: ReadonlyMap<string, Tensor>,
  sound: ReadonlyMap<string, Float32Array>,
  file: string,
  problems: Problem[],
): InspectedTarget | undefined {
  const nameA = tensorName(path, "a");
  const nameB = tensorName(path, "b");
  for (const [absent, there] of [
    [nameA, nameB],
    [nameB, nameA],
  ] as const)
    if (!tensors.has(absent))
      problems.push(
        problem("peel/adapter-tensors", {
          message: `expected ${absent} beside ${there}, found none`,
          where: `${file}:${there}`,
          hint: "A target needs both factors; save the adapter again.",
        }),
      );
  const a = sound.get(nameA);
  const b = sound.get(nameB);
  if (a === undefined || b === undefined) return undefined;
  const [rank, k] = tensors.get(nameA)!.shape as [number, number];
  const [n, rankB] = tensors.get(nameB)!.shape as [number, number];
  if (rankB !== rank) {
    problems.push(
      problem("peel/adapter-tensors", {
        message: `expected lora_B [N,${rank}] for lora_A [${rank},${k}], found [${n},${rankB}]`,
        where: `${file}:${nameB}`,
        hint: "Is one of them transposed? lora_A is [rank, K] and lora_B is [N, rank].",
      }),
    );
    return undefined;
  }
  return { rank, k, n, isEffective: contributes(a, b, { rank, k, n }) };
}

function unknownName(file: string, name: string): Problem {
  return problem("peel/adapter-tensors", {
    message: `expected <module path>.lora_A.weight, .lora_B.weight or trigger.<word>.embedding, found ${show(name)}`,
    where: `${file}:${name.slice(0, 600)}`,
    hint: "Rename the tensor to its canonical name, or leave it away.",
  });
}
