import { isBananaError, isSafePath, type PeelSource } from "@banana-peel/format";
import { type Problem, problem } from "../problem.js";
import { fileKind, KIND_BYTES } from "./kinds.js";

/** The files of a peel under validation: each is read within the limit of its kind, and measured. */
export interface PeelFiles {
  /** All paths of the source. */
  readonly paths: readonly string[];
  has(path: string): boolean;
  /** The bytes; undefined when the file is absent, not allowed or too large, which is a problem of another rule. */
  read(path: string): Promise<Uint8Array | undefined>;
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
  return {
    paths,
    problems,
    has: (path) => present.has(path),
    size: (path) => sizes.get(path),
    async read(path) {
      const kind = fileKind(path);
      const isReadable = kind !== undefined && isSafePath(path) && present.has(path) && !refused.has(path);
      if (!isReadable) return undefined;
      try {
        const bytes = await source.read(path, KIND_BYTES[kind]);
        sizes.set(path, bytes.length);
        return bytes;
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
    },
  };
}
