import type { AdapterEntry } from "@banana-peel/format";
import { type InspectedAdapter, inspectAdapter } from "../adapter/inspect.js";
import { type Problem, problem } from "../problem.js";
import { checkEffect } from "./adapter-effect.js";
import { checkAgainstBases } from "./bases.js";
import type { PeelContext } from "./context.js";
import { fileKind } from "./kinds.js";
import { checkTriggerEmbeddings } from "./trigger-embeddings.js";

/** An entry of `adapters` with what its file holds. */
export interface AdapterUnderTest {
  entry: AdapterEntry;
  /** The file's name, for `where`. */
  file: string;
  /** Pointer to the entry, as in `peel.json:/adapters/0`. */
  where: string;
  inspected: InspectedAdapter;
}

/**
 * peel/adapter-missing, and every rule of adapters that are there; no file is in memory as a whole.
 * Specification: docs/specification/peel.md, Adapter.
 */
export async function checkAdapters(context: PeelContext): Promise<Problem[]> {
  const { files, manifest } = context;
  const problems: Problem[] = [];
  const seen = new Set<string>();
  for (const [index, entry] of (manifest?.adapters ?? []).entries()) {
    const { file } = entry;
    const where = `peel.json:/adapters/${index}`;
    if (!files.has(file) || fileKind(file) !== "adapter") {
      problems.push(adapterMissing(file, files.has(file), where));
      continue;
    }
    const pieces = await files.stream(file);
    if (pieces === undefined) continue;
    const inspected = await inspectAdapter(pieces, file);
    if (!seen.has(file)) problems.push(...inspected.problems);
    seen.add(file);
    const adapter = { entry, file, where, inspected };
    problems.push(
      ...checkRank(adapter),
      ...checkEffect(adapter),
      ...checkTriggerEmbeddings(adapter, manifest!),
      ...(await checkAgainstBases(adapter, context.bases)),
    );
  }
  return problems;
}

function checkRank({ entry, file, where, inspected }: AdapterUnderTest): Problem[] {
  const ranks = [...inspected.targets.values()].map(({ rank }) => rank);
  const largest = ranks.reduce((most, rank) => Math.max(most, rank), 0);
  if (largest === 0 || largest === entry.rank) return [];
  return [
    problem("peel/rank-mismatch", {
      message: `expected ${largest}, the largest rank in ${file}, found ${entry.rank}`,
      where: `${where}/rank`,
      hint: `Write "rank": ${largest}.`,
    }),
  ];
}

function adapterMissing(file: string, isThere: boolean, where: string): Problem {
  return problem("peel/adapter-missing", {
    message: isThere
      ? `expected a .safetensors file, found ${file}`
      : `expected the file ${file}, found none`,
    where: `${where}/file`,
    hint: isThere ? "Name the adapter's .safetensors file." : `Add ${file}, or remove the adapter.`,
  });
}
