import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { memorySource } from "@banana-peel/format";
import { verifyPeel } from "@banana-peel/signer/verify";
import { list } from "tar";
import { describe, expect, it } from "vitest";
import { expectCode } from "../testing/expect-code.js";
import { newKey, sampleFiles, signFiles } from "../testing/sample-peel.js";
import { overlay, packPeel } from "./pack.js";
import { storedGzip } from "./stored-gzip.js";
import { unpackTarball } from "./unpack.js";
import { ustarHeader } from "./ustar.js";

async function gzip(...chunks: Uint8Array[]): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of storedGzip(chunks)) parts.push(part);
  return Buffer.concat(parts);
}

describe("storedGzip", () => {
  it.each([0, 1, 65_534, 65_535, 65_536, 131_070, 200_000])(
    "holds %i bytes that gunzip gives back",
    async (size) => {
      const bytes = Buffer.from(Array.from({ length: size }, (_, i) => (i * 31) % 251));
      const packed = await gzip(bytes);
      expect(gunzipSync(packed).equals(bytes)).toBe(true);
      expect(packed.length).toBe(10 + size + 5 * Math.max(1, Math.ceil(size / 65_535)) + 8);
    },
  );

  it("doesn't depend on how the bytes are cut", async () => {
    const bytes = Buffer.alloc(150_000, "banana");
    const cut = await gzip(
      bytes.subarray(0, 1),
      bytes.subarray(1, 65_536),
      new Uint8Array(),
      bytes.subarray(65_536),
    );
    expect(cut.equals(await gzip(bytes))).toBe(true);
  });
});

describe("packPeel", () => {
  it("gives the same bytes whatever the order of the files, and these for this input", async () => {
    const files = sampleFiles();
    const one = await packPeel(memorySource(files));
    const other = await packPeel(memorySource(new Map([...files].reverse())));
    expect(Buffer.compare(one.tarball, other.tarball)).toBe(0);
    expect(one).toMatchObject({ filename: "peels-sample-1.0.0.tgz", manifest: { name: "@peels/sample" } });
    expect(one.integrity).toBe(`sha512-${createHash("sha512").update(one.tarball).digest("base64")}`);
    expect(one.shasum).toBe(createHash("sha1").update(one.tarball).digest("hex"));
    // Golden: Python's tarfile and zlib made the same bytes. When it changes, so does every integrity of a same input.
    expect(createHash("sha256").update(one.tarball).digest("hex")).toBe(
      "af22055e25b0ef84410aab1790dce1be2dd7bbf75e657503165c2b2c745fad61",
    );
  });

  it("writes what node-tar reads: sorted plain files, mode 0644, no owner, no time", async () => {
    const { tarball } = await packPeel(memorySource(sampleFiles()));
    const entries: unknown[] = [];
    const parser = list({
      onReadEntry: ({ path, type, mode, uid, gid, uname, mtime }) =>
        entries.push({ path, type, mode, uid, gid, uname, mtime }),
    });
    await new Promise<void>((resolve, reject) => {
      parser.on("end", resolve).on("error", reject);
      parser.end(Buffer.from(tarball));
    });
    const plain = { type: "File", mode: 0o644, uid: 0, gid: 0, uname: "", mtime: new Date(0) };
    expect(entries).toEqual(
      ["LICENSE", "README.md", "adapter.safetensors", "package.json", "peel.json"].map((name) => ({
        path: `package/${name}`,
        ...plain,
      })),
    );
  });

  it("survives a round through unpackTarball, the signature included", async () => {
    const signed = await signFiles(sampleFiles(), await newKey());
    const { tarball } = await packPeel(memorySource(signed));
    const source = await unpackTarball(tarball);
    expect(await source.list()).toEqual([...signed.keys()].sort());
    expect((await verifyPeel(source)).manifest.name).toBe("@peels/sample");
    expect(Buffer.compare((await packPeel(source)).tarball, tarball)).toBe(0);
  });

  it("refuses a manifest that is none, and a missing one", async () => {
    const broken = new Map([["peel.json", new TextEncoder().encode("{}")]]);
    await expectCode(packPeel(memorySource(broken)), "SCHEMA_INVALID");
    await expectCode(packPeel(memorySource(new Map())), "FILE_MISSING");
  });

  it("refuses paths that a peel can't hold", async () => {
    const empty = new Uint8Array();
    for (const path of [".npmrc", "a b", "../x", "Adapter.safetensors"])
      await expectCode(
        packPeel(overlay(memorySource(sampleFiles()), new Map([[path, empty]]))),
        "PATH_INVALID",
      );
  });

  it("refuses a signed peel whose package.json isn't the manifest's", async () => {
    const signed = await signFiles(sampleFiles(), await newKey());
    const changed = new Map([...signed, ["package.json", new TextEncoder().encode("{}")]]);
    await expectCode(packPeel(memorySource(changed)), "SIGNED_FILES_DIFFER");
    changed.delete("package.json");
    await expectCode(packPeel(memorySource(changed)), "SIGNED_FILES_DIFFER");
  });
});

describe("ustarHeader", () => {
  it("splits a long path at a slash, and refuses one that can't be split", () => {
    const folder = "f".repeat(120);
    const header = Buffer.from(ustarHeader(`${folder}/${"n".repeat(100)}`, 1));
    expect(header.toString("latin1", 0, 100)).toBe("n".repeat(100));
    expect(header.toString("latin1", 345, 345 + 120)).toBe(folder);
    expect(() => ustarHeader("n".repeat(101), 1)).toThrow("ustar");
    expect(() => ustarHeader(`${"f".repeat(156)}/${"n".repeat(99)}`, 1)).toThrow("ustar");
  });
});
