import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const FOLDER = fileURLToPath(new URL("../../packages/runtime/kernel", import.meta.url));

/** packages/runtime/kernel, compiled, as a module of base64: it needs no file beside the code in any bundle. */
export async function text(banner) {
  const { error, stderr, stdout } = await asc.main(
    [
      `${FOLDER}/index.ts`,
      ...["-O3", "--runtime", "stub", "--noAssert", "--enable", "simd", "--enable", "bulk-memory"],
      ...["--disableWarning", "--outFile", "kernel.wasm"],
    ],
    { writeFile: (name, content) => files.set(name, content) },
  );
  if (error) throw new Error(`${error.message}\n${stderr}${stdout}`);
  const base64 = Buffer.from(files.get("kernel.wasm")).toString("base64");
  return `${banner}\n/** WebAssembly with SIMD, as base64. */\nexport const KERNEL =\n  "${base64}";\n`;
}

const files = new Map();
