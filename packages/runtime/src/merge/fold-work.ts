import type { Kernel } from "./kernel.js";
import type { FilePart, Folded, FoldTask, FoldWork } from "./types.js";

/** Reads and writes files, where the host can; blocking, for workers. */
export interface BlockingFiles {
  /** Fills `place` from byte `offset` on. @throws when the file ends before */
  read(path: string, offset: number, place: Uint8Array): void;
  write(path: string, offset: number, bytes: Uint8Array): void;
}

const NOTHING = new Uint8Array(0);

/** Does one work. The bytes are a view that the kernel's next work overwrites. */
export function foldWork(
  kernel: Kernel,
  task: FoldTask,
  { first, rows, input, output, measure }: FoldWork,
  files: BlockingFiles | undefined,
): Folded {
  const place = (part: FilePart) => part.offset + first * task.plane.stride;
  const fill = (into: Uint8Array) => {
    if (input instanceof Uint8Array) into.set(input);
    else files!.read(input.path, place(input), into);
  };
  const folded = kernel.fold(task, first, rows, fill, measure);
  if (output === undefined) return folded;
  files!.write(output.path, place(output), folded.bytes);
  return { ...folded, bytes: NOTHING };
}
