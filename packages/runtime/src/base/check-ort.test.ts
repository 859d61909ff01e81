import { Tensor } from "onnxruntime-common";
import { describe, expect, it } from "vitest";
import { FakeOrt } from "../testing/fake-ort.js";
import { checkOrt } from "./check-ort.js";

describe("checkOrt", () => {
  it("takes an onnxruntime", () => {
    expect(() => checkOrt(new FakeOrt().ort)).not.toThrow();
  });

  it.each([
    [undefined, "undefined"],
    [null, "null"],
    ["onnxruntime-web", "something without"],
    [{}, "something without"],
    [{ Tensor }, "something without"],
    [{ default: new FakeOrt().ort }, "something without"],
    [Promise.resolve(new FakeOrt().ort), "a promise: await it"],
  ])("refuses %s", (ort, found) => {
    expect(() => checkOrt(ort)).toThrow(
      expect.objectContaining({ code: "INPUT_INVALID", message: expect.stringContaining(`found ${found}`) }),
    );
  });
});
