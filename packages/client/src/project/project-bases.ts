import { dirname, join, resolve } from "node:path";
import { type BaseCard, PROJECT_MANIFEST } from "@banana-peel/format";
import type { Disk } from "../disk/disk.js";
import { exists } from "../disk/remove.js";
import { readProject } from "./read-project.js";

/**
 * The cards of the bases of the project that a folder lies in: the nearest folder, from it upwards, with a banana.json.
 * @returns none when it lies in no project
 * @throws BananaError of `readProject`
 */
export async function projectBases(folder: string, disk: Disk): Promise<BaseCard[]> {
  for (let place = resolve(folder); ; place = dirname(place)) {
    if (await exists(disk, join(place, PROJECT_MANIFEST)))
      return (await readProject(place, disk)).bases.map(({ card }) => card);
    if (place === dirname(place)) return [];
  }
}
