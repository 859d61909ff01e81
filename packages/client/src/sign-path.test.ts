import { lstat, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { SigningKey } from "@banana-peel/signer";
import { verifyPeel } from "@banana-peel/signer/verify";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openSource } from "./open-source.js";
import { signPath } from "./sign-path.js";
import { packFile } from "./tarball/pack-file.js";
import { expectCode } from "./testing/expect-code.js";
import { fullAt } from "./testing/full-disk.js";
import { newKey, sampleFiles } from "./testing/sample-peel.js";
import { removeScratch, scratch, snapshot } from "./testing/scratch.js";

let first: SigningKey;
let second: SigningKey;
let root: string;
let folder: string;
beforeAll(async () => {
  first = await newKey();
  second = await newKey();
});
beforeEach(async () => {
  root = await scratch();
  folder = join(root, "peel");
  for (const [path, bytes] of sampleFiles({ bytes: 200_000 })) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
});
afterAll(removeScratch);

const signerOf = async (path: string) => (await verifyPeel(await openSource(path))).signer.fingerprint;

describe("signPath", () => {
  it("leaves a folder as it was when the disk fills, whoever signed it before, and signs it with room", async () => {
    for (const key of [first, second]) {
      const before = await snapshot(root);
      for (const nth of [1, 2, 3]) {
        const error = await expectCode(signPath(folder, key, { disk: fullAt(nth) }), "DISK_FULL");
        expect(error.where).toContain(folder);
        expect(await snapshot(root)).toEqual(before);
      }
      const { signer } = await signPath(folder, key, { disk: fullAt(4) });
      expect(signer).toBe(key.identity.fingerprint);
      expect(await signerOf(folder)).toBe(signer);
    }
  });

  it("stops while it reads, and leaves folder and tarball as they were", async () => {
    const file = join(root, "peel.tgz");
    await packFile(await openSource(folder), file);
    const before = await snapshot(root);
    for (const path of [folder, file]) {
      const signal = AbortSignal.abort();
      await expect(signPath(path, first, { signal })).rejects.toMatchObject({ name: "AbortError" });
      expect(await snapshot(root)).toEqual(before);
    }
  });

  it("replaces a tarball by a signed one, or leaves it", async () => {
    const file = join(root, "peel.tgz");
    await packFile(await openSource(folder), file);
    const before = await readFile(file);
    await expectCode(signPath(file, first, { disk: fullAt(1) }), "DISK_FULL");
    expect((await readFile(file)).equals(before)).toBe(true);
    for (const key of [first, second]) {
      await signPath(file, key);
      expect(await signerOf(file)).toBe(key.identity.fingerprint);
    }
    expect(await readdir(root)).toEqual(["peel", "peel.tgz"]);
  });

  it.skipIf(process.platform === "win32")(
    "follows a link to a folder or a tarball, and keeps it",
    async () => {
      const file = join(root, "peel.tgz");
      await packFile(await openSource(folder), file);
      for (const [place, link] of [
        [folder, join(root, "folder-link")],
        [file, join(root, "file-link")],
      ] as const) {
        await symlink(place, link);
        await signPath(link, first);
        expect(await signerOf(place)).toBe(first.identity.fingerprint);
        expect((await lstat(link)).isSymbolicLink()).toBe(true);
      }
      await symlink(join(root, "loop"), join(root, "loop"));
      await expectCode(openSource(join(root, "loop")), "FILE_MISSING");
    },
  );
});
