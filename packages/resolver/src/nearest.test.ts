import { describe, expect, it } from "vitest";
import { nearest } from "./nearest.js";

describe("nearest", () => {
  it("orders by distance, then by code unit", () => {
    expect(nearest("vlaidate", ["version", "validate", "verify"])).toEqual(["validate"]);
    expect(nearest("ad", ["add", "aid", "install"])).toEqual(["add", "aid"]);
  });

  it("finds a name by one of its words", () => {
    expect(nearest("imaging", ["@peels/medical-imaging", "@peels/python-search"])).toEqual([
      "@peels/medical-imaging",
    ]);
  });

  it("offers nothing that is far", () => {
    expect(nearest("frobnicate", ["add", "pack", "sign"])).toEqual([]);
    expect(nearest("x", [])).toEqual([]);
  });
});
