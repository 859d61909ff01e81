import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { memoryForm } from "../testing/forms.js";
import { openModels } from "./open-models.js";

describe("readWeight", () => {
  it.each(["nbits4", "blocked-uint4-gemm", "float16", "transposed-int8"])(
    "%s: gives [N,K] of what the second implementation dequantises",
    async (name) => {
      const { expected, ...memory } = memoryForm(name);
      const models = await openModels(memory);
      for (const { path, n, k } of memory.card.targets) {
        const weight = await models.readWeight(path);
        expect(weight).toHaveLength(n * k);
        const turned = Float32Array.from(
          { length: n * k },
          (_, i) => weight[(i % n) * k + Math.floor(i / n)]!,
        );
        const digest = createHash("sha256").update(new Uint8Array(turned.buffer)).digest("hex");
        expect(digest).toBe(expected.weights[path]);
      }
    },
  );

  it("knows only targets of the card", async () => {
    const models = await openModels(memoryForm("nbits4"));
    await expect(models.readWeight("layers.9.up")).rejects.toMatchObject({ code: "TARGET_UNKNOWN" });
  });
});
