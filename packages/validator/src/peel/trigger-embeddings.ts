import type { PeelManifest } from "@banana-peel/format";
import { type Problem, problem } from "../problem.js";
import type { AdapterUnderTest } from "./adapters.js";

/** peel/trigger-embedding-missing and -unlisted. Specification: docs/specification/peel.md, Triggers. */
export function checkTriggerEmbeddings(
  { file, inspected }: AdapterUnderTest,
  { triggers = [] }: PeelManifest,
): Problem[] {
  // A file or an embedding with problems of its own may hold what seems to be missing.
  const asked = triggers.filter(({ embedding }) => embedding === true).map(({ word }) => word);
  const faulty = (word: string) =>
    inspected.problems.some(
      ({ where, rule }) => rule === "peel/adapter-safetensors" || where.endsWith(`:${name(word)}`),
    );
  const missing = asked
    .filter((word) => !inspected.embeddings.has(word) && !faulty(word))
    .map((word) =>
      problem("peel/trigger-embedding-missing", {
        message: `expected the tensor ${name(word)}, found none`,
        where: `${file}:${name(word)}`,
        hint: `Save the embedding with the adapter, or remove "embedding" from the trigger ${word}.`,
      }),
    );
  const unlisted = [...inspected.embeddings.keys()]
    .filter((word) => !asked.includes(word))
    .map((word) =>
      problem("peel/trigger-embedding-unlisted", {
        message: `expected a trigger for ${name(word)}, found none with "embedding": true`,
        where: `${file}:${name(word)}`,
        hint: `Add { "word": "${word}", "embedding": true } to triggers, or leave the tensor away.`,
      }),
    );
  return [...missing, ...unlisted];
}

function name(word: string): string {
  return `trigger.${word}.embedding`;
}
