// A small peel's unsigned files, for the interop suite and the fixtures.
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

const manifest = {
  formatVersion: 1,
  name: "@peels/sample",
  version: "1.2.3",
  description: "A sample.",
  license: "CC0-1.0",
  adapters: [{ file: "adapter.safetensors", base: { family: "nano", range: "^1.0.0" }, rank: 1, alpha: 1 }],
};

/** Writes the files under `folder` and returns their paths. */
export async function writeSample(folder) {
  const files = {
    LICENSE: "CC0-1.0\n",
    "README.md": "# Sample\n",
    "adapter.safetensors": Uint8Array.from({ length: 3000 }, (_, i) => (i * i) % 251),
    "package.json": '{"name":"@peels/sample","version":"1.2.3"}\n',
    "peel.json": `${JSON.stringify(manifest, null, 2)}\n`,
    "previews/one.png": Uint8Array.of(0x89, 0x50, 0x4e, 0x47),
    "Z-last.txt": "Sorts before lower case by code unit.\n",
  };
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return Object.keys(files);
}
