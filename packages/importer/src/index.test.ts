import { expect, it } from "vitest";
import * as entry from "./index.js";
import * as node from "./node/index.js";

it("exports what is documented, and nothing else", () => {
  expect(Object.keys(entry).sort()).toEqual([
    "IMPORTERS",
    "IMPORT_LIMITS",
    "doraDelta",
    "fullSide",
    "importAdapter",
    "lohaDelta",
    "lokrDelta",
    "lowRankDelta",
    "readFiles",
    "toMatrix",
  ]);
  expect(Object.keys(node)).toEqual(["loraFiles"]);
});
