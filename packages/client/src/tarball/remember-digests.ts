import { digestFile, type FileDigest, type PeelSource, streamFile } from "@banana-peel/format";

/**
 * A source that digests each file once. For one piece of work whose result somebody else checks against the signature:
 * signing, verifying and packing the same files would otherwise read them three times.
 */
export function rememberDigests(source: PeelSource): PeelSource {
  const known = new Map<string, Promise<FileDigest>>();
  return {
    label: source.label,
    list: () => source.list(),
    read: (path, maxBytes) => source.read(path, maxBytes),
    stream: (path, maxBytes) => streamFile(source, path, maxBytes),
    async digest(path, maxBytes = Number.POSITIVE_INFINITY) {
      const before = known.get(path);
      // Too large: the source says so in its own words.
      if (before !== undefined && (await before).bytes <= maxBytes) return before;
      const digest = digestFile(source, path, maxBytes);
      known.set(path, digest);
      return digest.catch((error: unknown) => {
        known.delete(path);
        throw error;
      });
    },
  };
}
