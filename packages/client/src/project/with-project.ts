import { join, resolve } from "node:path";
import { diskError } from "@banana-peel/format/node";
import type { Disk } from "../disk/disk.js";
import { exists } from "../disk/remove.js";
import { cancelled } from "../registry/request-error.js";
import { type Change, commitChange, recover } from "./commit.js";
import { STAGING, withProjectLock } from "./project-lock.js";
import { PEELS, type Project, readProject } from "./read-project.js";

/** A project that this process alone works in. */
export interface OpenedProject extends Project {
  /** Makes a change visible as a whole; on an error the project is as before. */
  commit(change: Change): Promise<void>;
}

/**
 * Works in a project while no other process does: first finishes or removes what a killed command left, then reads
 * the project's files. A file system's errors come out coded.
 * @throws BananaError PROJECT_BUSY, CANCELLED, DISK_FULL, TARGET_READ_ONLY, of `readProject`, and what `work` throws
 */
export async function withProject<T>(
  path: string,
  disk: Disk,
  work: (project: OpenedProject) => Promise<T>,
  options: {
    signal?: AbortSignal | undefined;
    waitMs?: number | undefined;
    /** True: a merge conflict in banana.lock is mended; the work has to write it. */
    mendLock?: boolean | undefined;
  } = {},
): Promise<T> {
  const folder = resolve(path);
  try {
    return await withProjectLock(
      folder,
      disk,
      async (staging) => {
        await recover(folder, staging, disk);
        const project = await readProject(folder, disk, { mendLock: options.mendLock });
        return work({ ...project, commit: (change) => commitChange(folder, staging, change, disk) });
      },
      options,
    );
  } catch (error) {
    if (options.signal?.aborted && (error as Error).name === "AbortError") throw cancelled(error);
    throw diskError(error, folder);
  }
}

/**
 * Reads a project without working in it; when a killed command left something, it is finished or removed first.
 * @throws BananaError of `readProject`, and as `withProject` when something was left
 */
export async function openProject(path: string, disk: Disk): Promise<Project> {
  const folder = resolve(path);
  try {
    if (await exists(disk, join(folder, PEELS, STAGING)))
      return await withProject(folder, disk, async (project) => project);
    return await readProject(folder, disk);
  } catch (error) {
    throw diskError(error, folder);
  }
}
