import { memorySource, type PeelSource } from "@banana-peel/format";
import { readTarball, TARBALL_LIMITS, type TarballLimits } from "./read-tarball.js";

/**
 * Unpacks a peel's tarball in memory. The files are those under package/, their paths without it.
 * @throws BananaError TARBALL_INVALID
 */
export async function unpackTarball(
  bytes: Uint8Array,
  limits: Partial<TarballLimits> = {},
  label = "tarball",
): Promise<PeelSource> {
  const files = new Map<string, Uint8Array>();
  await readTarball(
    [bytes],
    label,
    (path) => {
      const pieces: Uint8Array[] = [];
      return {
        write: (chunk) => void pieces.push(chunk),
        end: () => void files.set(path, Buffer.concat(pieces)),
      };
    },
    { ...TARBALL_LIMITS, ...limits },
  );
  return memorySource(files, label);
}
