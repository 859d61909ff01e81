import { join } from "node:path";
import { BananaError, FILES, LIMITS, type PeelManifest, parseJson } from "@banana-peel/format";
import { folderSource } from "@banana-peel/format/node";
import { type Disk, nodeDisk } from "./disk/disk.js";
import { writeTogether } from "./disk/write-whole.js";
import { removeSignature } from "./remove-signature.js";

/** An adapter for a peel: what peel.json says of it, and its safetensors file. */
export type NewAdapter = Omit<PeelManifest["adapters"][number], "file"> & { readonly bytes: Uint8Array };

const ADAPTER = "adapter.safetensors";

/** What a change of a peel's folder did. */
export interface AddedAdapter {
  /** The adapter's file, relative to the folder. */
  readonly file: string;
  /** True: the folder had a signature, which no longer fitted and was removed. */
  readonly unsigned: boolean;
}

/**
 * Puts an adapter into a peel's folder and into its peel.json: in the place of the one for the same family, else
 * behind the others. peel.json may be unfinished; what else it says stays.
 * A signature, which no longer fits then, is removed.
 * @throws BananaError FILE_MISSING, JSON_INVALID, SCHEMA_INVALID for a peel.json whose adapters are no list; of
 *   `writeTogether`
 */
export async function addAdapter(
  folder: string,
  { bytes, ...adapter }: NewAdapter,
  disk: Disk = nodeDisk,
): Promise<AddedAdapter> {
  const text = await folderSource(folder).read(FILES.manifest, LIMITS.manifestBytes);
  const label = join(folder, FILES.manifest);
  const manifest = parseJson(text, label, LIMITS.manifestBytes) as Record<string, unknown>;
  const adapters = readAdapters(manifest, label);
  const at = adapters.findIndex(({ base }) => base?.family === adapter.base.family);
  const others = adapters.filter((_, i) => i !== at).map(({ file }) => file);
  const file = others.includes(ADAPTER) ? `adapter-${adapter.base.family}.safetensors` : ADAPTER;
  const entry = {
    ...(at < 0 ? {} : adapters[at]),
    ...adapter,
    file: at < 0 ? file : (adapters[at]?.file ?? file),
  };
  if (at < 0) adapters.push(entry);
  else adapters[at] = entry;
  const own = new TextEncoder().encode(`${JSON.stringify({ ...manifest, adapters }, null, 2)}\n`);
  const files = [
    { path: join(folder, entry.file), bytes },
    { path: label, bytes: own },
  ];
  await writeTogether(files, disk);
  return { file: entry.file, unsigned: await removeSignature(folder, disk) };
}

function readAdapters(manifest: unknown, where: string): PeelManifest["adapters"] {
  const { adapters = [] } = (typeof manifest === "object" && manifest !== null ? manifest : {}) as {
    adapters?: unknown;
  };
  const isObject = typeof manifest === "object" && manifest !== null && !Array.isArray(manifest);
  if (isObject && Array.isArray(adapters)) return [...adapters];
  throw new BananaError(
    "SCHEMA_INVALID",
    "expected an object whose adapters are a list, found something else",
    {
      where,
      hint: "banana-peel validate lists what is wrong with it.",
    },
  );
}
