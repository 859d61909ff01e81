import type { Vocabulary } from "../vocabulary.js";
import type { TriggerRows, Triggers } from "./triggers.js";

/** [rows, width], row-major: the rows, then null rows. */
export function fillRows(filled: readonly Float32Array[], nullRow: Float32Array, rows: number): Float32Array {
  const width = nullRow.length;
  const data = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) data.set(filled[row] ?? nullRow, row * width);
  return data;
}

/** [width] of an absent tag. */
export function nullRow({ width, embedding }: Vocabulary): Float32Array {
  return embedding.subarray(0, width);
}

/** [width] of a tag of the base. */
export function baseRow(tag: string, { rows, embedding, width }: Vocabulary): Float32Array {
  const row = rows.get(tag)!;
  return embedding.subarray(row * width, (row + 1) * width);
}

/** The rows of a tag: those of the peels in force that have it as a trigger word, or the base's. */
export function tagRows(tag: string, vocabulary: Vocabulary, triggers: Triggers): Float32Array[] {
  const fromPeels = triggers.active.get(tag);
  if (fromPeels === undefined) return [baseRow(tag, vocabulary)];
  return fromPeels.flatMap((trigger) => triggerRows(trigger, nullRow(vocabulary)));
}

function triggerRows({ rows, data, share }: TriggerRows, nullRow: Float32Array): Float32Array[] {
  const width = nullRow.length;
  return Array.from({ length: rows }, (_, row) =>
    shareOfRow(data.subarray(row * width, (row + 1) * width), share, nullRow),
  );
}

/** null + share * (row - null) */
export function shareOfRow(row: Float32Array, share: number, nullRow: Float32Array): Float32Array {
  return share === 1 ? row : row.map((value, i) => nullRow[i]! + share * (value - nullRow[i]!));
}
