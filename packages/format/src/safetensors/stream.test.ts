import { describe, expect, it } from "vitest";
import { caught } from "../testing/caught.js";
import type { Tensor } from "./dtype.js";
import { readSafetensors } from "./read.js";
import { streamSafetensors } from "./stream.js";
import { writeSafetensors } from "./write.js";

/** Bytes that tell their place. */
const tensor = (dtype: Tensor["dtype"], shape: number[], bytes: number): Tensor => ({
  dtype,
  shape,
  data: Uint8Array.from({ length: bytes }, (_, i) => (i * 31) % 251),
});

const file = writeSafetensors(
  new Map([
    ["a.large", tensor("F32", [100_000], 400_000)],
    ["b.odd", tensor("U8", [3], 3)],
    ["c.after", tensor("F64", [5], 40)],
    ["d.empty", tensor("F16", [0, 2], 0)],
  ]),
);

let closed = 0;
/** The file in pieces of one size, in a buffer that is used again for each. */
async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(size);
  try {
    for (let at = 0; at < bytes.length; at += size) {
      const part = bytes.subarray(at, at + size);
      buffer.set(part);
      yield buffer.subarray(0, part.length);
    }
  } finally {
    closed++;
  }
}

async function collect(bytes: Uint8Array, size: number) {
  const parts = new Map<string, number[]>();
  const entries = await streamSafetensors(pieces(bytes, size), "a", (name, dtype) => {
    const all: number[] = [];
    parts.set(name, all);
    return (elements) => {
      if (dtype === "F64") expect([elements.byteOffset % 8, elements.length % 8]).toEqual([0, 0]);
      for (const byte of elements) all.push(byte);
    };
  });
  return { entries, parts };
}

describe("streamSafetensors", () => {
  it.each([7, 4096, 1 << 20])(
    "hands out what readSafetensors reads, from pieces of %i bytes",
    async (size) => {
      const { entries, parts } = await collect(file, size);
      const { tensors } = readSafetensors(file, "a");
      expect(entries.map(({ name }) => name)).toEqual([...tensors.keys()]);
      for (const [name, { data }] of tensors)
        expect(Buffer.compare(Buffer.from(parts.get(name)!), data), name).toBe(0);
    },
  );

  it("refuses the same as readSafetensors: cut anywhere, a byte more, a broken header", async () => {
    const header = 8 + Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
    const broken = [
      new Uint8Array(),
      ...[3, 8, 20, header - 1, header, header + 1, header + 300_000, file.length - 1].map((end) =>
        file.subarray(0, end),
      ),
      Buffer.concat([file, Buffer.from([0])]),
      Buffer.concat([Buffer.from([255, 255, 255, 255, 255, 255, 0, 0]), file.subarray(8)]),
      Buffer.concat([file.subarray(0, 8), Buffer.from("["), file.subarray(9)]),
    ];
    closed = 0;
    for (const bytes of broken) {
      const whole = await caught(() => readSafetensors(bytes, "a"));
      const streamed = await caught(() => collect(bytes, 1000));
      expect([streamed.code, streamed.message]).toEqual([whole.code, whole.message]);
    }
    expect(closed).toBe(broken.length);
  });

  it("doesn't reserve what a header only promises", async () => {
    const bytes = Buffer.concat([Buffer.from([0, 0, 0, 5, 0, 0, 0, 0]), Buffer.from("{")]);
    const before = process.memoryUsage().arrayBuffers;
    expect((await caught(() => collect(bytes, 100))).code).toBe("SAFETENSORS_INVALID");
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 1024 * 1024);
  });

  it("closes its source when a sink throws", async () => {
    closed = 0;
    const failing = streamSafetensors(pieces(file, 1000), "a", () => {
      throw new Error("as the test asks");
    });
    await expect(failing).rejects.toThrow("as the test asks");
    expect(closed).toBe(1);
  });
});
