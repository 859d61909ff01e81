import { expect, test } from "vitest";
import * as image from "./index.js";

test("the public surface", () => {
  expect(Object.keys(image).sort()).toEqual([
    "IMAGE_LIMITS",
    "consistencySampler",
    "encodePng",
    "mergedVocabulary",
    "openImage",
  ]);
});
