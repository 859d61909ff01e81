import { describe, expect, it } from "vitest";
import { FakeOrt } from "../testing/fake-ort.js";
import { vectorPeel } from "../testing/peels.js";
import { memoryBase } from "../testing/vectors.js";
import { keptFiles } from "./kept-files.js";
import { openBase } from "./open-base.js";

function counted() {
  const reads: string[] = [];
  let fail = false;
  const kept = keptFiles(async (path, signal) => {
    reads.push(path);
    await Promise.resolve();
    signal?.throwIfAborted();
    if (fail) throw new Error("unreachable");
    return new Uint8Array([reads.length]);
  });
  return { reads, ...kept, failing: (now: boolean) => (fail = now) };
}

describe("whole files", () => {
  it("are read once while a work goes on, by all works together, and anew after the last", async () => {
    const { reads, read, during } = counted();
    let end = () => {};
    const long = during(() => new Promise<void>((resolve) => (end = resolve)));
    const [one, two] = await Promise.all([read("a"), during(() => read("a"))]);
    expect(two).toBe(one);
    expect(await read("b")).not.toBe(one);
    expect(reads).toEqual(["a", "b"]);
    end();
    await long;
    await read("a");
    await read("a");
    expect(reads).toEqual(["a", "b", "a", "a"]);
  });

  it("that failed are read again, and another's abort is not one's own", async () => {
    const { reads, read, during, failing } = counted();
    await during(async () => {
      failing(true);
      await expect(read("a")).rejects.toThrow("unreachable");
      failing(false);
      expect(await read("a")).toEqual(new Uint8Array([2]));
      const aborted = read("b", AbortSignal.abort(new Error("stopped")));
      const other = read("b");
      await expect(aborted).rejects.toThrow("stopped");
      expect(await other).toEqual(new Uint8Array([4]));
    });
    await expect(during(() => Promise.reject(new Error("work")))).rejects.toThrow("work");
    await read("a");
    expect(reads).toEqual(["a", "a", "b", "b", "a"]);
  });
});

it("a merge reads each file of a base once where parts can't be read", async () => {
  const memory = memoryBase("channel-int8");
  const reads: string[] = [];
  const readFile = (path: string) => {
    reads.push(path);
    return memory.readFile(path);
  };
  const base = await openBase({ ...memory, readFile, ort: new FakeOrt().ort });
  const peel = await vectorPeel("a", base);
  reads.length = 0;
  await base.setPeels([peel], { strategy: "merge" });
  expect(reads).toEqual(["model.data"]);
  reads.length = 0;
  await base.plan([peel]);
  expect(reads).toEqual(["model.data"]);
});
