import { memorySource, type PeelSource } from "@banana-peel/format";
import { signPeel } from "../sign/sign-peel.js";
import type { SigningKey } from "../sign/signing-key.js";

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** The unsigned files of a small peel; the signer looks at no more of them than peel.json's identity. */
export function sampleFiles(): Map<string, Uint8Array> {
  const manifest = {
    formatVersion: 1,
    name: "@peels/sample",
    version: "1.2.3",
    description: "A sample.",
    license: "CC0-1.0",
    adapters: [{ file: "adapter.safetensors", base: { family: "nano", range: "^1.0.0" }, rank: 1, alpha: 1 }],
  };
  return new Map([
    ["LICENSE", text("CC0\n")],
    ["README.md", text("# Sample\n")],
    ["adapter.safetensors", Uint8Array.from({ length: 40 }, (_, i) => (i * 37) % 256)],
    ["package.json", text('{"name":"@peels/sample","version":"1.2.3"}\n')],
    ["peel.json", text(JSON.stringify(manifest))],
    ["previews/one.png", Uint8Array.of(0x89, 0x50, 0x4e, 0x47)],
  ]);
}

/** The sample, signed. */
export async function signedFiles(
  key: SigningKey,
  files: Map<string, Uint8Array> = sampleFiles(),
): Promise<Map<string, Uint8Array>> {
  return new Map([...files, ...(await signPeel(memorySource(files), key))]);
}

/** A source over files whose content may change between reads. */
export function changingSource(files: Map<string, Uint8Array>): PeelSource {
  return memorySource(files, "changing");
}
