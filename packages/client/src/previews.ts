import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { BananaError, FILES, isSafePath, LIMITS, type PeelManifest, type Preview } from "@banana-peel/format";
import { folderSource } from "@banana-peel/format/node";
import { parseManifest } from "@banana-peel/validator";
import { type Disk, nodeDisk } from "./disk/disk.js";
import { writeTogether } from "./disk/write-whole.js";
import { removeSignature } from "./remove-signature.js";

/**
 * Puts a preview picture into a peel's folder and into its peel.json, in the place of one with the same file or
 * behind the others: both, or where the disk fills neither. The picture is there before peel.json names it. A
 * signature is removed when anything has changed.
 * @param png at most LIMITS.previewBytes
 * @throws BananaError PATH_INVALID, FILE_TOO_LARGE; of reading peel.json; of `writeTogether`
 */
export async function writePreview(
  folder: string,
  entry: Preview,
  png: Uint8Array,
  disk: Disk = nodeDisk,
): Promise<{ manifest: PeelManifest; unsigned: boolean }> {
  if (!isSafePath(entry.file) || !entry.file.endsWith(".png"))
    throw new BananaError("PATH_INVALID", `expected a plain path that ends in .png, found ${entry.file}`, {
      where: entry.file,
      hint: "For example previews/cat.png.",
    });
  if (png.length > LIMITS.previewBytes)
    throw new BananaError(
      "FILE_TOO_LARGE",
      `expected at most ${LIMITS.previewBytes} bytes, found ${png.length}`,
      {
        where: entry.file,
        hint: "Draw it smaller.",
      },
    );
  const manifest = parseManifest(await folderSource(folder).read(FILES.manifest, LIMITS.manifestBytes));
  const picture = { path: join(folder, ...entry.file.split("/")), bytes: png };
  const previews = [...(manifest.previews ?? [])];
  const at = previews.findIndex((preview) => preview.file === entry.file);
  // A picture drawn again leaves the author's peel.json as it is written.
  if (at >= 0 && isDeepStrictEqual(previews[at], entry)) {
    const before = await disk.readFile(picture.path).catch(() => undefined);
    if (before?.equals(png)) return { manifest, unsigned: false };
    await writeTogether([picture], disk);
    return { manifest, unsigned: await removeSignature(folder, disk) };
  }
  if (at < 0) previews.push(entry);
  else previews[at] = entry;
  const own: PeelManifest = { ...manifest, previews };
  const bytes = new TextEncoder().encode(`${JSON.stringify(own, null, 2)}\n`);
  await writeTogether([picture, { path: join(folder, FILES.manifest), bytes }], disk);
  return { manifest: own, unsigned: await removeSignature(folder, disk) };
}
