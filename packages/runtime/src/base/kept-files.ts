/** Reads a whole file. */
type ReadFile = (path: string, signal?: AbortSignal) => Promise<Uint8Array>;

/**
 * Reads of whole files, of which each is read once only while some work goes on: where a platform can't read parts, a
 * merge asks for one file hundreds of times.
 * @returns `read` as before, and `during`, which keeps what is read until the last of its works has ended
 */
export function keptFiles(readFile: ReadFile): {
  read: ReadFile;
  during: <T>(work: () => Promise<T>) => Promise<T>;
} {
  const kept = new Map<string, Promise<Uint8Array>>();
  let works = 0;
  const readKept = (path: string, signal?: AbortSignal) => {
    const bytes = readFile(path, signal);
    kept.set(path, bytes);
    bytes.catch(() => {
      if (kept.get(path) === bytes) kept.delete(path);
    });
    return bytes;
  };
  return {
    async read(path, signal) {
      if (works === 0) return readFile(path, signal);
      const other = kept.get(path);
      if (other === undefined) return readKept(path, signal);
      // Another's read may fail by its own signal.
      return other.catch(() => readFile(path, signal));
    },
    async during(work) {
      works++;
      try {
        return await work();
      } finally {
        works--;
        if (works === 0) kept.clear();
      }
    },
  };
}
