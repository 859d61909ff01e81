import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const FOLDER = fileURLToPath(new URL("../../packages/runtime/kernel", import.meta.url));
const OPTIONS = ["-O3", "--runtime", "stub", "--noAssert", "--enable", "simd", "--enable", "bulk-memory"];

/**
 * packages/runtime/kernel, compiled, as a module of base64: it needs no file beside the code in any bundle. Compiling
 * takes seconds, so what was made of the same source by the same compiler stays.
 * @param current the module as it is, if it is there
 */
export async function text(banner, current) {
  const head = `${banner}// Source: ${await sourceDigest()}\n`;
  if (current?.startsWith(head)) return current;
  const files = new Map();
  const { error, stderr, stdout } = await asc.main(
    [`${FOLDER}/index.ts`, ...OPTIONS, "--disableWarning", "--outFile", "kernel.wasm"],
    { writeFile: (name, content) => files.set(name, content) },
  );
  if (error) throw new Error(`${error.message}\n${stderr}${stdout}`);
  const base64 = Buffer.from(files.get("kernel.wasm")).toString("base64");
  return `${head}\n/** WebAssembly with SIMD, as base64. */\nexport const KERNEL =\n  "${base64}";\n`;
}

async function sourceDigest() {
  const hash = createHash("sha256").update(JSON.stringify([asc.version, OPTIONS]));
  for (const name of (await readdir(FOLDER)).sort())
    hash.update(name).update(await readFile(`${FOLDER}/${name}`));
  return hash.digest("hex");
}
