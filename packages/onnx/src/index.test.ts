import { expect, it } from "vitest";
import * as onnx from "./index.js";

it("exports this and no more", () => {
  expect(Object.keys(onnx).sort()).toEqual([
    "DATA_TYPE",
    "ONNX_LIMITS",
    "checkGrid",
    "dataTypeName",
    "dequantise",
    "dither",
    "ditherSeed",
    "editModel",
    "nearest",
    "readElements",
    "readModel",
    "requantiser",
    "rowScales",
    "storedView",
    "toFloats",
    "traceTarget",
  ]);
});
