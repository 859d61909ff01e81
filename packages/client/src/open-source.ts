import { resolve } from "node:path";
import { BananaError, LIMITS, type PeelSource } from "@banana-peel/format";
import { folderSource } from "@banana-peel/format/node";
import { type Disk, nodeDisk } from "./disk/disk.js";
import { hasCode } from "./disk/errors.js";
import { tarballSource } from "./tarball/tarball-source.js";

/**
 * The peel at a path: a folder, or a tarball, which is read in constant memory. The path may be a link to it.
 * @param options.signal stops reading, now and later
 * @throws BananaError FILE_MISSING, FILE_TOO_LARGE, TARBALL_INVALID; the signal's reason
 */
export async function openSource(
  path: string,
  { disk = nodeDisk, signal }: { disk?: Disk | undefined; signal?: AbortSignal | undefined } = {},
): Promise<PeelSource> {
  const place = await placeOf(path, disk);
  const found = await disk.lstat(place);
  if (found.isDirectory()) return { ...folderSource(place, signal), label: path };
  if (found.size > LIMITS.peelBytes)
    throw new BananaError(
      "FILE_TOO_LARGE",
      `expected at most ${LIMITS.peelBytes} bytes, found ${found.size}`,
      {
        where: path,
        hint: "Is this a peel's tarball?",
      },
    );
  return tarballSource(place, path, signal);
}

/**
 * Where the peel at a path lies, without links.
 * @throws BananaError FILE_MISSING
 */
export async function placeOf(path: string, disk: Disk): Promise<string> {
  try {
    return await disk.realpath(resolve(path));
  } catch (error) {
    if (!hasCode(error, "ENOENT", "ENOTDIR", "ELOOP")) throw error;
    throw new BananaError("FILE_MISSING", `expected a peel's folder or tarball at ${path}, found nothing`, {
      where: path,
      hint: "Check the path.",
      cause: error,
    });
  }
}
