import { isSafePath } from "@banana-peel/format";

/** Folder that holds every file of an npm package's tarball. */
export const ROOT = "package/";

/**
 * Says what is wrong with the next path of an archive, or undefined. Keeps what it has seen: no file twice, none
 * that differs from another in case only (one file on macOS and Windows), none that is a folder of another.
 */
export function pathGuard(): (archivePath: string) => string | undefined {
  const files = new Set<string>();
  const spelling = new Map<string, string>();
  return (archivePath) => {
    const path = archivePath.slice(ROOT.length);
    if (!archivePath.startsWith(ROOT) || !isSafePath(path))
      return "expected a relative path of plain characters under package/";
    const parts = path.split("/");
    for (let depth = 1; depth <= parts.length; depth++) {
      const prefix = parts.slice(0, depth).join("/");
      const isFile = depth === parts.length;
      const known = spelling.get(prefix.toLowerCase());
      if (known !== undefined && known !== prefix)
        return `expected paths that differ in more than case, found it beside ${ROOT}${known}`;
      if (isFile && known !== undefined)
        return files.has(prefix)
          ? "expected each file once, found it twice"
          : "found a file and a folder of that name";
      if (!isFile && files.has(prefix))
        return `expected ${ROOT}${prefix} to be a folder, found it as a file before`;
      spelling.set(prefix.toLowerCase(), prefix);
    }
    files.add(path);
    return undefined;
  };
}
