import type { BaseCard } from "@banana-peel/format";
import { type Problem, problem } from "../problem.js";

/** base/file-duplicate and base/file-unlisted. Specification: docs/specification/base.md, Files and digest. */
export function checkFiles(card: BaseCard, label: string): Problem[] {
  const problems: Problem[] = [];
  const first = new Map<string, number>();
  for (const [index, { path }] of card.files.entries()) {
    const key = path.toLowerCase();
    const other = first.get(key);
    if (other === undefined) first.set(key, index);
    else
      problems.push(
        problem("base/file-duplicate", {
          message: `expected each file once, found ${path} also at /files/${other}`,
          where: `${label}:/files/${index}/path`,
          hint: "Remove one of the two.",
        }),
      );
  }
  const listed = new Set(card.files.map(({ path }) => path));
  for (const [pointer, path] of uses(card)) {
    if (listed.has(path)) continue;
    problems.push(
      problem("base/file-unlisted", {
        message: `expected ${path} in files, found it only here`,
        where: `${label}:${pointer}`,
        hint: `Add ${path} to files with its size and SHA-256.`,
      }),
    );
  }
  return problems;
}

/** Every file that the card uses, by pointer. */
function* uses(card: BaseCard): Generator<[pointer: string, path: string]> {
  for (const [name, { model, externalData = [] }] of Object.entries(card.graphs)) {
    yield [`/graphs/${name}/model`, model];
    for (const [index, path] of externalData.entries()) yield [`/graphs/${name}/externalData/${index}`, path];
  }
  if (card.image === undefined) return;
  yield ["/image/conditioning/vocabulary", card.image.conditioning.vocabulary];
  yield ["/image/conditioning/embedding", card.image.conditioning.embedding];
}
