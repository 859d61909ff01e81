import { open, readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { BananaError, missing, type PeelSource, tooLarge } from "@banana-peel/format";

/** Names of a folder that an import looks at. */
const WANTED = /\.(?:safetensors|json|bin|pt|pth|ckpt)$/;

/**
 * The files of a LoRA on disk: a folder that a training saved (not the folders in it), or one file, with PEFT's
 * configuration beside it if the file has PEFT's name. Links are followed, and names may be any, since LoRA files are
 * kept in caches of links and named by people.
 * @throws BananaError FILE_MISSING; the source's read also FILE_TOO_LARGE
 */
export async function loraFiles(path: string): Promise<PeelSource> {
  const info = await stat(path).catch((cause) => {
    throw new BananaError("FILE_MISSING", `expected a file or a folder at ${path}, found none`, {
      where: path,
      hint: "Check the path.",
      cause,
    });
  });
  if (info.isDirectory())
    return source(path, (await readdir(path)).filter((name) => WANTED.test(name)).sort());
  const name = basename(path);
  const folder = join(path, "..");
  const beside = name === "adapter_model.safetensors" ? await readdir(folder) : [];
  return source(folder, [...beside.filter((other) => other === "adapter_config.json"), name]);
}

function source(folder: string, names: readonly string[]): PeelSource {
  return {
    label: folder,
    list: async () => [...names],
    async read(name, maxBytes = Number.POSITIVE_INFINITY) {
      if (!names.includes(name)) throw missing(folder, name);
      const handle = await open(join(folder, name));
      try {
        const info = await handle.stat();
        if (!info.isFile()) throw missing(folder, name);
        if (info.size > maxBytes) throw tooLarge(folder, name, info.size, maxBytes);
        return await handle.readFile();
      } finally {
        await handle.close();
      }
    },
  };
}
