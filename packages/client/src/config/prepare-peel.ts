import { basename, dirname, join, resolve } from "node:path";
import { BananaError, FILES, isBananaError, LIMITS } from "@banana-peel/format";
import { folderSource } from "@banana-peel/format/node";
import { nodeDisk } from "../disk/disk.js";
import { exists } from "../disk/remove.js";
import { writeWhole } from "../disk/write-whole.js";
import { removeSignature } from "../remove-signature.js";
import { loadConfig } from "./load-config.js";

/** Names of an author's configuration, in the order in which they are looked for. */
const CONFIGS = ["peel.config.ts", "peel.config.mts", "peel.config.js", "peel.config.mjs"];
/** Folder of the peel beside its configuration, so that no code ever lies in a peel. */
const PEEL = "peel";

/**
 * The peel's own folder or tarball for what an author named. Where there is a peel.config.ts, the peel lies in peel/
 * beside it, and its peel.json is written anew from the configuration (a signature goes when that changes it); that runs the author's code, so it is for the
 * commands of an author alone. Everything else is returned as it is.
 * @param path folder of the configuration, the peel's folder, or a tarball
 * @throws BananaError CONFIG_INVALID; of reading and writing peel.json
 */
export async function preparePeel(path: string): Promise<string> {
  const folder = resolve(path);
  const own = await findConfig(folder);
  if (own !== undefined) return compile(own, join(path, PEEL));
  if (basename(folder) !== PEEL) return path;
  const above = await findConfig(dirname(folder));
  return above === undefined ? path : compile(above, path);
}

async function findConfig(folder: string): Promise<string | undefined> {
  for (const name of CONFIGS) if (await exists(nodeDisk, join(folder, name))) return join(folder, name);
  return undefined;
}

async function compile(config: string, folder: string): Promise<string> {
  const given = await loadConfig(config);
  const before = await folderSource(folder)
    .read(FILES.manifest, LIMITS.manifestBytes)
    .then(
      (bytes) => new TextDecoder().decode(bytes),
      (error: unknown) => {
        if (isBananaError(error) && error.code === "FILE_MISSING") return undefined;
        throw error;
      },
    );
  const text = manifestText(given, before, join(folder, FILES.manifest));
  if (text !== before) {
    await writeWhole(join(folder, FILES.manifest), new TextEncoder().encode(text));
    await removeSignature(folder, nodeDisk);
  }
  return folder;
}

/** Keys of peel.json in the schema's order, so that a change is a small diff. */
const ORDER = [
  ...[
    "formatVersion",
    "name",
    "version",
    "title",
    "description",
    "license",
    "keywords",
    "authors",
    "credits",
  ],
  ...["notice", "adapters", "triggers", "previews"],
];

function manifestText(given: Record<string, unknown>, before: string | undefined, where: string): string {
  let old: Record<string, unknown> = {};
  try {
    old = before === undefined ? {} : JSON.parse(before);
  } catch (cause) {
    throw new BananaError("JSON_INVALID", `expected JSON: ${(cause as Error).message}`, {
      where,
      hint: "Mend it, or remove it: it is made from peel.config.ts.",
      cause,
    });
  }
  const all: Record<string, unknown> = { ...old, ...given, formatVersion: 1 };
  const keys = [...ORDER, ...Object.keys(all).filter((key) => !ORDER.includes(key))];
  const present = keys.flatMap((key) =>
    all[key] === undefined || isEmpty(all[key]) ? [] : [[key, all[key]]],
  );
  return `${JSON.stringify(Object.fromEntries(present), null, 2)}\n`;
}

/** A list without items says nothing, and a schema may ask for one. */
function isEmpty(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
