import { isBananaError, isSafePath, type PeelSource, streamFile } from "@banana-peel/format";
import { type Problem, problem } from "../problem.js";
import { fileKind, KIND_BYTES } from "./kinds.js";

/** The files of a peel under validation: each is read within the limit of its kind, and measured. */
export interface PeelFiles {
  /** All paths of the source. */
  readonly paths: readonly string[];
  has(path: string): boolean;
  /** The bytes; undefined when the file is absent, not allowed or too large, which is a problem of another rule. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** The same in pieces, each valid until the next is asked for; the file is measured when its end was reached. */
  stream(path: string): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** Bytes of a file that was read; undefined before. */
  size(path: string): number | undefined;
  /** Problems of files that are too large, of those that were read. */
  readonly problems: readonly Problem[];
}

/** The files of a source. @throws what the source's `list` throws */
export async function openFiles(source: PeelSource): Promise<PeelFiles> {
  const paths = await source.list();
  const present = new Set(paths);
  const sizes = new Map<string, number>();
  const refused = new Set<string>();
  const problems: Problem[] = [];
  /** Does what reads a file; undefined when it may not be read, or is too large. */
  const within = async <T>(path: string, work: (maxBytes: number) => Promise<T>): Promise<T | undefined> => {
    const kind = fileKind(path);
    const isReadable = kind !== undefined && isSafePath(path) && present.has(path) && !refused.has(path);
    if (!isReadable) return undefined;
    try {
      return await work(KIND_BYTES[kind]);
    } catch (error) {
      if (!isBananaError(error) || error.code !== "FILE_TOO_LARGE") throw error;
      refused.add(path);
      problems.push(
        problem(kind === "picture" ? "peel/preview-too-large" : "peel/file-too-large", {
          message: error.message,
          where: path,
          hint: error.hint ?? `Make ${path} smaller.`,
        }),
      );
      return undefined;
    }
  };
  return {
    paths,
    problems,
    has: (path) => present.has(path),
    size: (path) => sizes.get(path),
    read: (path) =>
      within(path, async (maxBytes) => {
        const bytes = await source.read(path, maxBytes);
        sizes.set(path, bytes.length);
        return bytes;
      }),
    stream: (path) =>
      within(path, async (maxBytes) => {
        const pieces = streamFile(source, path, maxBytes);
        // A source says with the first piece whether the file is too large.
        const first = await pieces.next();
        return measured(first, pieces, (bytes) => sizes.set(path, bytes));
      }),
  };
}

async function* measured(
  first: IteratorResult<Uint8Array, void>,
  rest: AsyncGenerator<Uint8Array, void>,
  done: (bytes: number) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  let bytes = 0;
  try {
    for (let next = first; !next.done; next = await rest.next()) {
      bytes += next.value.length;
      yield next.value;
    }
    done(bytes);
  } finally {
    await rest.return();
  }
}
