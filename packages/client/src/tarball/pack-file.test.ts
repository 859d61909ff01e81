import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { memorySource, type PeelSource } from "@banana-peel/format";
import { afterAll, describe, expect, it } from "vitest";
import { type Disk, nodeDisk } from "../disk/disk.js";
import { expectCode } from "../testing/expect-code.js";
import { sampleFiles } from "../testing/sample-peel.js";
import { removeScratch, scratch } from "../testing/scratch.js";
import { packPeel } from "./pack.js";
import { packFile } from "./pack-file.js";

afterAll(removeScratch);

const files = sampleFiles({ bytes: 500_000 });

/** The sample, whose adapter comes as `pieces` says once it is packed. */
function changing(pieces: () => AsyncGenerator<Uint8Array>): PeelSource {
  const source = memorySource(files);
  return {
    ...source,
    async *stream(path) {
      if (path === "adapter.safetensors") yield* pieces();
      else yield await source.read(path);
    },
    digest: async (path) => ({ bytes: files.get(path)!.length, sha256: "0".repeat(64) }),
  };
}

describe("packFile", () => {
  it("makes the folder that the file goes to", async () => {
    const file = join(await scratch(), "a/b/peel.tgz");
    const packed = await packFile(memorySource(files), file);
    expect(await readFile(file)).toHaveLength(packed.bytes);
  });

  it("writes the bytes and tells the digests of packPeel", async () => {
    const file = join(await scratch(), "out.tgz");
    const { tarball, filename: _, ...rest } = await packPeel(memorySource(files));
    expect(await packFile(memorySource(files), file)).toEqual({ ...rest, file, bytes: tarball.length });
    expect((await readFile(file)).equals(tarball)).toBe(true);
  });

  it("leaves what was there when a file changes meanwhile, can't be read, or the disk fills", async () => {
    const folder = await scratch();
    const file = join(folder, "out.tgz");
    await writeFile(file, "an earlier one");
    const shorter = changing(async function* () {
      yield new Uint8Array(10_000);
    });
    await expectCode(packFile(shorter, file), "SIGNED_FILES_DIFFER");
    const broken = changing(async function* () {
      yield new Uint8Array(10_000);
      throw new Error("made up");
    });
    await expect(packFile(broken, file)).rejects.toThrow("made up");
    const disk: Disk = {
      ...nodeDisk,
      async open(...args) {
        const handle = await nodeDisk.open(...args);
        handle.sync = async () => {
          throw Object.assign(new Error("ENOSPC: made up"), { code: "ENOSPC" });
        };
        return handle;
      },
    };
    await expectCode(packFile(memorySource(files), file, { disk }), "DISK_FULL");
    expect(await readdir(folder)).toEqual(["out.tgz"]);
    expect(await readFile(file, "utf8")).toBe("an earlier one");
  });

  it("leaves what was there when it is stopped while it writes", async () => {
    const folder = await scratch();
    const file = join(folder, "out.tgz");
    await writeFile(file, "an earlier one");
    const stop = new AbortController();
    const disk: Disk = {
      ...nodeDisk,
      async open(...given) {
        stop.abort(new Error("enough"));
        return nodeDisk.open(...given);
      },
    };
    const stopped = packFile(memorySource(files), file, { disk, signal: stop.signal });
    await expect(stopped).rejects.toThrow("enough");
    expect(await readdir(folder)).toEqual(["out.tgz"]);
    expect(await readFile(file, "utf8")).toBe("an earlier one");
  });
});
