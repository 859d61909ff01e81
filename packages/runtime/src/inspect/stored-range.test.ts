import { expect, it } from "vitest";
import { storedRange } from "./stored-range.js";

const signed = (...values: number[]) => new Uint8Array(new Int8Array(values).buffer);

it.each<[string, Parameters<typeof storedRange>, [number, number]]>([
  ["symmetric int8", [8, true, signed(-127, 5, 90), true], [-127, 127]],
  ["int8 that uses -128", [8, true, signed(-128, 5), true], [-128, 127]],
  ["int8 with zero points", [8, true, signed(-100, 100), false], [-128, 127]],
  ["int8 of 7 bits", [8, true, signed(-64, 63), true], [-64, 64]],
  ["small int8 that never reaches 64", [8, true, signed(-9, 9), true], [-127, 127]],
  ["uint8", [8, false, new Uint8Array([0, 200]), false], [0, 255]],
  ["uint8 of 7 bits", [8, false, new Uint8Array([0, 127]), false], [0, 127]],
  ["int4", [4, true, new Uint8Array(0), true], [-8, 7]],
  ["uint4", [4, false, new Uint8Array(0), true], [0, 15]],
  ["two bits", [2, false, new Uint8Array(0), true], [0, 3]],
])("%s", (_, given, [min, max]) => {
  expect(storedRange(...given)).toEqual({ min, max });
});
