import { expect, it } from "vitest";
import * as runtime from "./index.js";
import * as node from "./node/index.js";

it("exports this and no more", () => {
  expect(Object.keys(runtime).sort()).toEqual([
    "collectMoments",
    "inspectBase",
    "openBase",
    "openModels",
    "openPeel",
  ]);
  expect(Object.keys(node).sort()).toEqual([
    "baseFolder",
    "cleanMergedSets",
    "inspectModels",
    "listMergedSets",
    "mergedCache",
    "nodeEngine",
    "openBase",
    "openModels",
    "openOrtWorker",
    "writeMerged",
  ]);
});
