import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import {
  type BaseCard,
  memorySource,
  type PeelManifest,
  packageJsonBytes,
  sha256Hex,
  writeSafetensors,
} from "@banana-peel/format";
import { type SigningKey, signDigests, signPeel } from "@banana-peel/signer";
import { Header } from "tar";

export type Files = Map<string, Uint8Array>;

export const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** A base card with one target, blocks.0.proj [3,2]. */
export const card: BaseCard = {
  formatVersion: 1,
  family: "nano",
  version: "1.0.0",
  description: "A base for tests.",
  license: "CC0-1.0",
  files: [{ path: "model.onnx", bytes: 1, sha256: "0".repeat(64) }],
  graphs: { backbone: { model: "model.onnx" } },
  targets: [
    {
      path: "blocks.0.proj",
      graph: "backbone",
      node: "proj",
      operator: "MatMul",
      k: 2,
      n: 3,
      layout: "kn",
      weight: "proj.weight",
      scheme: {
        form: "qdq",
        bits: 8,
        signed: true,
        granularity: "tensor",
        scale: "proj.scale",
        min: -127,
        max: 127,
      },
      input: "proj.in",
      output: "proj.out",
    },
  ],
};

/** The unsigned files of a valid peel for `card`. */
export function sampleFiles(change: Partial<PeelManifest> = {}, shape = { k: 2, n: 3 }): Files {
  const manifest: PeelManifest = {
    formatVersion: 1,
    name: "@peels/sample",
    version: "1.0.0",
    description: "A sample.",
    license: "CC0-1.0",
    adapters: [{ file: "adapter.safetensors", base: { family: "nano", range: "^1.0.0" }, rank: 1, alpha: 1 }],
    ...change,
  };
  const ones = (count: number): Uint8Array => new Uint8Array(new Float32Array(count).fill(0.5).buffer);
  const adapter = writeSafetensors(
    new Map([
      ["blocks.0.proj.lora_A.weight", { dtype: "F32", shape: [1, shape.k], data: ones(shape.k) }],
      ["blocks.0.proj.lora_B.weight", { dtype: "F32", shape: [shape.n, 1], data: ones(shape.n) }],
    ]),
  );
  return new Map([
    ["LICENSE", text("CC0 1.0 Universal\n")],
    ["README.md", text("# Sample\n")],
    ["adapter.safetensors", adapter],
    ["package.json", packageJsonBytes(manifest)],
    ["peel.json", text(`${JSON.stringify(manifest, null, 2)}\n`)],
  ]);
}

/** The files with signature, as `banana-peel sign` makes them. */
export async function signed(files: Files, key: SigningKey): Promise<Files> {
  return new Map([...files, ...(await signPeel(memorySource(files), key))]);
}

/** Signs whatever the files are, as a dishonest author can. */
export async function signedAnyway(files: Files, key: SigningKey): Promise<Files> {
  const withKey: Files = new Map([...files, ["signer.pem", text(key.identity.publicKeyPem)]]);
  const digests = new Map<string, string>();
  for (const [path, bytes] of withKey) digests.set(path, await sha256Hex(bytes));
  return new Map([...withKey, ["model.sig", await signDigests("x", digests, key)]]);
}

/** A gzipped tarball of the files under package/, unsafe paths and all. */
export function tarball(files: Files, prefix = "package/"): Buffer {
  const blocks: Uint8Array[] = [];
  for (const [path, bytes] of files) {
    const header = new Header({ path: prefix + path, size: bytes.length, mode: 0o644, type: "File" });
    const block = Buffer.alloc(512);
    header.encode(block);
    blocks.push(block, bytes, new Uint8Array((512 - (bytes.length % 512)) % 512));
  }
  blocks.push(new Uint8Array(1024));
  return gzipSync(Buffer.concat(blocks));
}

// biome-ignore lint/suspicious/noExplicitAny: JSON that the tests take apart.
export type Json = any;

/** The document that npm publishes a tarball with. */
export function publishBody(bytes: Buffer, name = "@peels/sample", version = "1.0.0"): Json {
  return {
    _id: name,
    name,
    description: "A sample.",
    "dist-tags": { latest: version },
    versions: {
      [version]: {
        name,
        version,
        _id: `${name}@${version}`,
        dist: {
          integrity: `sha512-${createHash("sha512").update(bytes).digest("base64")}`,
          shasum: createHash("sha1").update(bytes).digest("hex"),
          tarball: `http://example.test/${name}/-/x.tgz`,
        },
      },
    },
    access: null,
    _attachments: {
      [`${name}-${version}.tgz`]: {
        content_type: "application/octet-stream",
        data: bytes.toString("base64"),
        length: bytes.length,
      },
    },
  };
}
