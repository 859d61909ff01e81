/** A step of long work: `done` of `total` things are done, and the one of that name is next. */
export interface Progress {
  /** Checking a file, reading a graph, planning a target, merging it, opening a graph's session. */
  readonly step: "check" | "read" | "plan" | "merge" | "session";
  /** Path of the file or target, or name of the graph; "" once all are done. Of a merge, the target that is done. */
  readonly name: string;
  readonly done: number;
  readonly total: number;
}

/** Is told of progress; what it throws ends the work. */
export type OnProgress = (progress: Progress) => void;

/** The items one by one, telling before each which it is, and at the end that all are done. */
export function* told<T>(
  onProgress: OnProgress | undefined,
  step: Progress["step"],
  items: readonly T[],
  name: (item: T) => string,
): Generator<T> {
  const total = items.length;
  for (const [done, item] of items.entries()) {
    onProgress?.({ step, name: name(item), done, total });
    yield item;
  }
  onProgress?.({ step, name: "", done: total, total });
}
