import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { hashFile } from "./hash-file.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "banana-hash-"));
});
afterAll(() => rm(folder, { recursive: true }));

const MIB = 1 << 20;

it.each([0, 1, MIB - 1, MIB, MIB + 1, 3 * MIB + 5])("hashes a file of %i bytes", async (length) => {
  const path = join(folder, `${length}`);
  const content = Buffer.from(Uint8Array.from({ length }, (_, i) => i ^ (i >> 8) ^ (i >> 16)));
  await writeFile(path, content);
  const sha256 = createHash("sha256").update(content).digest("hex");
  expect(await hashFile(path)).toEqual({ bytes: length, sha256 });
});

it("ends with the signal's reason, or with what keeps the file from being read", async () => {
  const path = join(folder, "long");
  await writeFile(path, Buffer.alloc(4 * MIB));
  await expect(hashFile(path, AbortSignal.abort(new Error("enough")))).rejects.toThrow("enough");
  await expect(hashFile(join(folder, "none"))).rejects.toMatchObject({ code: "ENOENT" });
});
