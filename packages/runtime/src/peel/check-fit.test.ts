import type { Adapter, BaseCard } from "@banana-peel/format";
import { describe, expect, it } from "vitest";
import { vectorJson } from "../testing/vectors.js";
import { checkFit } from "./check-fit.js";

const { targets } = vectorJson<BaseCard>("merge/channel-int8/base.json");
const image = { conditioning: { rows: 4, width: 8 } } as BaseCard["image"];

/** An adapter whose one update is zero and that carries one trigger embedding. */
function adapter(rows: number, width: number): Adapter {
  const path = "layers.0.up";
  const zeros = { path, rank: 1, k: 24, n: 40, a: new Float32Array(24), b: new Float32Array(40) };
  return {
    targets: new Map([[path, zeros]]),
    embeddings: new Map([["scan", { rows, width, data: new Float32Array(rows * width) }]]),
  };
}

describe("checkFit: trigger embeddings", () => {
  it("takes one that fits the conditioning; it is an effect, though every update is zero", () => {
    expect(() => checkFit(adapter(4, 8), { targets, image }, "peel")).not.toThrow();
  });

  it.each([
    [5, 8, image, "expected at most [4,8] for trigger.scan.embedding, found [5,8]"],
    [1, 7, image, "expected at most [4,8] for trigger.scan.embedding, found [1,7]"],
    [1, 8, undefined, "expected no trigger embedding for trigger.scan.embedding, found [1,8]"],
  ])("refuses [%i,%i]", (rows, width, conditioning, message) => {
    expect(() => checkFit(adapter(rows, width), { targets, image: conditioning }, "peel")).toThrow(
      expect.objectContaining({ code: "SHAPE_MISMATCH", message }),
    );
  });
});
