import { describe, expect, it } from "vitest";
import { DATA_TYPE } from "../model/data-type.js";
import { fromFloats, toFloats } from "../model/floats.js";
import { nearest } from "../quant/rounding.js";
import { type FormSpec, openForm } from "./open-form.js";

const spec: FormSpec = {
  form: "matmulnbits",
  k: 20,
  n: 3,
  layout: "nk",
  bits: 4,
  signed: false,
  granularity: "block",
  axis: 1,
  blockSize: 16,
  min: 0,
  max: 15,
};
const scale = (...values: number[]) => ({
  dataType: DATA_TYPE.float,
  bytes: fromFloats(values, DATA_TYPE.float, "s"),
});
const weight = (bytes: number, fill = 0x88) => ({
  dataType: DATA_TYPE.uint8,
  bytes: new Uint8Array(bytes).fill(fill),
});

describe("a merge", () => {
  it("leaves the padding of K and scales of 0 alone, follows negative scales, and clamps", () => {
    const bytes = weight(3 * 2 * 8, 0x5a);
    const form = openForm(spec, { weight: bytes, scale: scale(1, 1, -1, -1, 0, 0) }, "w");
    const merge = form.merge(nearest);
    const applied = new Float64Array(3);
    for (let row = 0; row < 20; row++)
      expect(merge.addRow(row, new Float64Array([2, 2, 2]), applied)).toBe(true);
    expect([...applied]).toEqual([2, 2, 0]);
    const after = merge.finish();
    expect(after[0]).toBe(0x7c);
    expect(after[16]).toBe(0x38);
    expect(after.subarray(32)).toEqual(bytes.bytes.subarray(32));
    // 20 rows fill 10 bytes of a column; the other 6 stand for nothing.
    expect(after.subarray(10, 16)).toEqual(bytes.bytes.subarray(10, 16));
    expect(bytes.bytes.every((byte) => byte === 0x5a)).toBe(true);
    const far = form.merge(nearest);
    far.addRow(0, new Float64Array([1e30, 1e30, 1e30]), applied);
    expect([far.finish()[0]! & 15, far.finish()[16]! & 15]).toEqual([15, 0]);
  });

  it("of floats keeps what nothing changes, and rounds once to the type", () => {
    for (const dataType of [DATA_TYPE.float, DATA_TYPE.float16, DATA_TYPE.bfloat16]) {
      const bytes = fromFloats([1, -2, 3, 0.5, 65504, -0], dataType, "w");
      const float = { ...spec, form: "float", k: 2, layout: "kn", bits: 16 } as const;
      const form = openForm(float, { weight: { dataType, bytes } }, "w");
      const merge = form.merge(nearest);
      const applied = new Float64Array(3);
      expect(merge.addRow(0, new Float64Array([0, 1e-9, 0.25]), applied)).toBe(true);
      expect(applied[0]).toBe(0);
      expect(applied[2]).toBe(0.25);
      const after = toFloats(merge.finish(), dataType);
      expect([...after.subarray(0, 3)]).toEqual([1, -2, 3.25]);
      expect(after.subarray(3)).toEqual(toFloats(bytes, dataType).subarray(3));
    }
  });
});

describe("openForm", () => {
  it("takes 2^(bits-1) for zero points that aren't there", () => {
    const form = openForm(spec, { weight: weight(48), scale: scale(1, 1, 1, 1, 1, 1) }, "w");
    const row = new Float32Array(3).fill(9);
    form.readRow(19, row);
    expect([...row]).toEqual([0, 0, 0]);
  });

  it.each<[string, Partial<FormSpec>, number[]]>([
    ["too few scales", {}, [1, 1, 1]],
    ["a scale that is infinite", {}, [1, 1, 1, 1, 1, Number.POSITIVE_INFINITY]],
    ["a scale that is no number", {}, [1, 1, 1, 1, 1, Number.NaN]],
    ["a range beyond 4 bits", { max: 16 }, [1, 1, 1, 1, 1, 1]],
    ["an empty range", { min: 15 }, [1, 1, 1, 1, 1, 1]],
  ])("refuses %s", (_, change, scales) => {
    const open = () => openForm({ ...spec, ...change }, { weight: weight(48), scale: scale(...scales) }, "w");
    expect(open).toThrow(expect.objectContaining({ code: "ONNX_UNSUPPORTED", where: "w" }));
  });

  it("refuses a form without its scales, and weights of no floating-point type", () => {
    expect(() => openForm(spec, { weight: weight(48) }, "w")).toThrow(/expected scales/);
    const float = { ...spec, form: "float" } as const;
    expect(() => openForm(float, { weight: weight(60) }, "w")).toThrow(
      /float32, float16 or bfloat16, found uint8/,
    );
  });
});
