import { expect, it } from "vitest";
import * as resolver from "./index.js";

it("exports what it promises", () => {
  expect(Object.keys(resolver).sort()).toEqual([
    "chooseAdapters",
    "fits",
    "nearest",
    "resolve",
    "unknownPeel",
  ]);
});
