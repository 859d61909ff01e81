import {
  doraTensor,
  isBananaError,
  streamSafetensors,
  type UpdateShape,
  updateShape,
} from "@banana-peel/format";
import { MAX_PROBLEMS, type Problem, problem } from "../problem.js";
import { show } from "../schema/show.js";
import { type TensorRole, tensorName, tensorRole } from "./names.js";
import { type CheckedTensor, tensorCheck } from "./tensor.js";

/** A target of an adapter that is well-formed on its own. */
export interface InspectedTarget extends UpdateShape {
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
 * adapter without problems here is one that `readAdapter` takes. One pass, in constant memory.
 * Specification: docs/specification/peel.md, Adapter.
 * @param pieces the file's bytes, each piece valid until the next is asked for
 */
export async function inspectAdapter(
  pieces: AsyncIterable<Uint8Array>,
  file: string,
): Promise<InspectedAdapter> {
  const targets = new Map<string, InspectedTarget>();
  const embeddings = new Map<string, { rows: number; width: number }>();
  const problems: Problem[] = [];
  const tensors = await scan(pieces, file, problems);
  if (tensors === undefined) return { targets, embeddings, problems };

  for (const [name, { shape, problems: found }] of tensors) {
    const role = tensorRole(name);
    if (role.kind === "embedding" && found.length === 0)
      embeddings.set(role.word, { rows: shape[0]!, width: shape[1]! });
  }
  const roles = [...tensors.keys()].map(tensorRole);
  for (const path of pathsOf(roles)) {
    if (problems.length >= MAX_PROBLEMS) break;
    const target = pair(path, tensors, file, problems);
    if (target !== undefined) targets.set(path, target);
  }
  if (!roles.some(({ kind }) => kind === "a" || kind === "b"))
    problems.push(
      problem("peel/adapter-tensors", {
        message: "expected at least one target, found none",
        where: file,
        hint: "Save the adapter in canonical names: <module path>.lora_A.weight and .lora_B.weight.",
      }),
    );
  return { targets, embeddings, problems };
}

/** Every tensor on its own; undefined when the file isn't safetensors. */
async function scan(
  pieces: AsyncIterable<Uint8Array>,
  file: string,
  problems: Problem[],
): Promise<ReadonlyMap<string, CheckedTensor> | undefined> {
  const ends = new Map<string, () => CheckedTensor>();
  try {
    await streamSafetensors(pieces, file, (name, dtype, shape) => {
      const role = tensorRole(name);
      const unknown = role.kind === "unknown" ? [unknownName(file, name)] : undefined;
      if (unknown !== undefined) {
        ends.set(name, () => ({ shape, used: undefined, problems: unknown }));
        return undefined;
      }
      const { sink, end } = tensorCheck(dtype, shape, role, `${file}:${name.slice(0, 600)}`);
      ends.set(name, end);
      return sink;
    });
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
  const tensors = new Map<string, CheckedTensor>();
  for (const [name, end] of ends) {
    const checked = end();
    tensors.set(name, checked);
    if (problems.length < MAX_PROBLEMS) problems.push(...checked.problems);
  }
  return tensors;
}

function pathsOf(roles: readonly TensorRole[]): Set<string> {
  return new Set(roles.flatMap((role) => (role.kind === "a" || role.kind === "b" ? [role.path] : [])));
}

function pair(
  path: string,
  tensors: ReadonlyMap<string, CheckedTensor>,
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
  const usedA = tensors.get(nameA)?.used;
  const usedB = tensors.get(nameB)?.used;
  if (usedA === undefined || usedB === undefined) return undefined;
  const shape = updateShape(tensors.get(nameA)!.shape, tensors.get(nameB)!.shape);
  if ("wrong" in shape) {
    problems.push(
      problem("peel/adapter-tensors", {
        message: shape.message,
        where: `${file}:${shape.wrong === "A" ? nameA : nameB}`,
        hint: "Is one of them transposed? lora_A is [rank, K] or [rank, channels, kernel], lora_B is [N, rank].",
      }),
    );
    return undefined;
  }
  // B A is zero because of its factors when for each r row r of A or column r of B is zero. A product that vanishes by
  // cancellation is not found; no training leaves one.
  return { ...shape, isEffective: usedA.some((used, r) => used === 1 && usedB[r] === 1) };
}

function unknownName(file: string, name: string): Problem {
  const {
    message = `expected <module path>.lora_A.weight, .lora_B.weight or trigger.<word>.embedding, found ${show(name)}`,
    hint = "Rename the tensor to its canonical name, or leave it away.",
  } = doraTensor(name) ?? {};
  return problem("peel/adapter-tensors", { message, where: `${file}:${name.slice(0, 600)}`, hint });
}
