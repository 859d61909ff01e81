import { expect, it } from "vitest";
import * as onnx from "./index.js";

it("exports this and no more", () => {
  expect(Object.keys(onnx).sort()).toEqual([
    "DATA_TYPE",
    "ONNX_LIMITS",
    "PROMOTED_BLOCK",
    "dataTypeName",
    "dither",
    "ditherSeed",
    "editModel",
    "fromFloats",
    "inspectGraph",
    "nearest",
    "openForm",
    "planeOf",
    "promote",
    "promotedEdits",
    "readElements",
    "readModel",
    "readModelInTurns",
    "toFloats",
    "traceTarget",
  ]);
});
