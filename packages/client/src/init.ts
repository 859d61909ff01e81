import { isAbsolute, relative, resolve } from "node:path";
import { BananaError, PROJECT_MANIFEST } from "@banana-peel/format";
import { type Disk, nodeDisk } from "./disk/disk.js";
import { openBaseCard } from "./project/read-project.js";
import { type OpenedProject, withProject } from "./project/with-project.js";
import { projectText } from "./project/write-json.js";

/** What a project was given. */
export interface InitReport {
  /** Path of banana.json. */
  readonly file: string;
  /** All bases of the project now. */
  readonly bases: readonly {
    readonly path: string;
    readonly family: string;
    readonly version: string;
    readonly digest: string;
  }[];
}

/**
 * Writes banana.json, or adds bases to the one that is there. A base below the project's folder is named relative to
 * it, another by its absolute path.
 * @param options.bases folders with a base card
 * @throws BananaError PROJECT_BUSY, CANCELLED; FILE_MISSING and of the card, for a folder that is no base; PROJECT_INVALID when there is
 *   nothing to do; of the project's files
 */
export async function initProject(options: {
  project: string;
  bases: readonly string[];
  disk?: Disk | undefined;
  /** Ends the wait for another command in the project. */
  signal?: AbortSignal | undefined;
}): Promise<InitReport> {
  const disk = options.disk ?? nodeDisk;
  const work = async (project: OpenedProject): Promise<InitReport> => {
    const known = project.manifest.bases ?? [];
    const added = await Promise.all(
      options.bases.map(async (path) => {
        const { folder } = await openBaseCard(resolve(path), disk, path);
        const inside = relative(project.folder, folder);
        return inside !== "" && !inside.startsWith("..") && !isAbsolute(inside)
          ? `./${inside.replaceAll("\\", "/")}`
          : folder;
      }),
    );
    const paths = [...new Set([...known, ...added])];
    const there = await disk.readFile(resolve(project.folder, PROJECT_MANIFEST)).then(
      () => true,
      () => false,
    );
    if (there && paths.length === known.length)
      throw new BananaError(
        "PROJECT_INVALID",
        options.bases.length === 0
          ? "expected a folder without banana.json, found one"
          : `expected a base that ${PROJECT_MANIFEST} doesn't name yet, found ${added.join(", ")}`,
        {
          where: resolve(project.folder, PROJECT_MANIFEST),
          hint:
            options.bases.length === 0
              ? "It is a project already; banana-peel base add DIR names a base in it."
              : "Nothing is left to do: banana-peel base list shows the project's bases.",
        },
      );
    const manifest = projectText({ ...project.manifest, bases: paths, peels: project.manifest.peels ?? {} });
    const bases = await Promise.all(
      paths.map((path) => openBaseCard(resolve(project.folder, path), disk, path)),
    );
    await project.commit({ peels: new Map(), removed: [], manifest, lock: undefined });
    return {
      file: resolve(project.folder, PROJECT_MANIFEST),
      bases: bases.map(({ family, version, digest }, i) => ({ path: paths[i]!, family, version, digest })),
    };
  };
  return withProject(options.project, disk, work, { signal: options.signal });
}
