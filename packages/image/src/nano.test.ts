import { fileURLToPath } from "node:url";
import { folderSource } from "@banana-peel/format/node";
import { type Base, type LoadedPeel, openPeel } from "@banana-peel/runtime";
import { openBase } from "@banana-peel/runtime/node";
import { unsafeUnverifiedPeel } from "@banana-peel/signer/verify";
import * as ort from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ImageModel, openImage } from "./index.js";

const NANO = fileURLToPath(new URL("../../../bases/nano", import.meta.url));

describe("on the nano base", () => {
  let base: Base;
  let model: ImageModel;
  let peel: LoadedPeel;
  let prompt: string;
  const pixels = async (words = prompt, seed = 1) => (await model.generate({ prompt: words, seed })).pixels;

  beforeAll(async () => {
    base = await openBase(NANO, { ort });
    model = await openImage(base);
    peel = await openPeel(await unsafeUnverifiedPeel(folderSource(`${NANO}/peels/medical-imaging`)), base);
    prompt = [...peel.adapter.embeddings.keys()].join(", ");
  });
  afterAll(() => base.dispose());

  test("the same seed gives the same bytes, another seed or tag others", async () => {
    const first = await pixels("smile", 1);
    expect(await pixels("smile", 1)).toEqual(first);
    expect(await pixels("smile", 2)).not.toEqual(first);
    expect(await pixels("hijab", 1)).not.toEqual(first);
  });

  test("every schedule of the card draws", async () => {
    for (const steps of model.steps)
      expect((await model.generate({ prompt: "", steps })).pixels).toHaveLength(4 * model.size ** 2);
  });

  test.each(["attach", "merge"] as const)(
    "a peel by %s changes the picture; at weight 0 and off it doesn't",
    async (strategy) => {
      await base.setPeels([]);
      const bare = await pixels();
      await base.setPeels([{ peel, weight: 1 }], { strategy });
      expect(await pixels()).not.toEqual(bare);
      await base.setPeels([{ peel, weight: 0 }], { strategy });
      expect(await pixels()).toEqual(bare);
      await base.setPeels([]);
      expect(await pixels()).toEqual(bare);
    },
  );

  test("the first trigger word is known with the peel and warned of without", async () => {
    const [word] = peel.adapter.embeddings.keys();
    await base.setPeels([]);
    expect((await model.generate({ prompt: word! })).warnings).toHaveLength(1);
    await base.setPeels([{ peel, weight: 1 }], { strategy: "attach" });
    expect((await model.generate({ prompt: word! })).warnings).toEqual([]);
  });
});
