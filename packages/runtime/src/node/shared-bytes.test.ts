import { describe, expect, it } from "vitest";
import { fromShared, SLICE, toShared } from "./shared-bytes.js";

const bytes = (length: number) => Uint8Array.from({ length }, (_, i) => i % 251);

describe("bytes for another thread", () => {
  it("are copied a slice at a time, and the loop turns between", async () => {
    let turns = 0;
    let on = true;
    const turn = () => {
      turns++;
      if (on) setImmediate(turn);
    };
    setImmediate(turn);
    const shared = await toShared(new Uint8Array(3 * SLICE + 1));
    on = false;
    expect(shared.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(turns).toBeGreaterThanOrEqual(3);
  });

  it("come back the same, in memory of their own", async () => {
    const large = bytes(SLICE + 5);
    const back = fromShared(await toShared(large));
    expect(Buffer.compare(back, large)).toBe(0);
    expect(back.buffer).toBeInstanceOf(ArrayBuffer);
  });

  it("leave behind the file that they are a view of", async () => {
    const small = bytes(100);
    expect(await toShared(small)).toBe(small);
    const view = await toShared(small.subarray(10, 20));
    expect([...view]).toEqual([...small.subarray(10, 20)]);
    expect(view.buffer.byteLength).toBe(10);
  });

  it("aren't copied when they are shared already", async () => {
    const shared = new Uint8Array(new SharedArrayBuffer(2 * SLICE));
    expect(await toShared(shared)).toBe(shared);
  });
});
