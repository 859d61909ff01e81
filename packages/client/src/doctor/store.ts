import { mkdtemp, rm, statfs } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { nodeDisk } from "../disk/disk.js";
import { exists } from "../disk/remove.js";
import { listCache } from "../store/cache.js";
import { storeFolder } from "../store/location.js";
import type { Check, Finding } from "./finding.js";

/** Bytes free below which a large peel may not fit: a tarball and its files. */
const LOW = 1_000_000_000;

/** The store: can it be written, is everything in it whole, and is there room beside it and the project. */
export const checkStore: Check = async ({ env = process.env, project, freeBytes = free }) => {
  const store = storeFolder(env);
  const there = await nearestFolder(store);
  const findings: Finding[] = [];
  try {
    // In the nearest folder that exists, so that looking makes nothing that stays.
    await rm(await mkdtemp(join(there, ".banana-peel-doctor-")), { recursive: true });
    const peels = await listCache(store);
    const broken = peels.filter(({ whole }) => !whole).length;
    findings.push(
      broken === 0
        ? {
            check: "store",
            status: "ok",
            message: `${peels.length} ${peels.length === 1 ? "peel" : "peels"} in ${store}, all whole`,
          }
        : {
            check: "store",
            status: "warning",
            message: `${broken} of ${peels.length} peels in ${store} are broken`,
            hint: "banana-peel cache verify removes them; they are fetched again when needed.",
          },
    );
  } catch (error) {
    findings.push({
      check: "store",
      status: "error",
      message: `${store} can't be written: ${(error as Error).message}`,
      hint: "Correct its permissions, or name another folder in BANANA_PEEL_STORE.",
    });
  }
  const places = [...new Set([there, resolve(project)])];
  const room = await Promise.all(places.map(async (place) => ({ place, bytes: await freeBytes(place) })));
  const least = room.reduce((a, b) => (b.bytes < a.bytes ? b : a));
  const message = `${(least.bytes / 1e9).toFixed(1)} GB free at ${least.place}`;
  findings.push(
    least.bytes >= LOW
      ? { check: "disk", status: "ok", message }
      : {
          check: "disk",
          status: "warning",
          message,
          hint: "Free some space: banana-peel cache clean empties the store; projects keep their peels.",
        },
  );
  return findings;
};

async function nearestFolder(path: string): Promise<string> {
  let folder = path;
  while (!(await exists(nodeDisk, folder)) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}

async function free(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
