// The nano base, at int8 and at int4, with its sample peel, merged in every way: what is left of the peel's effect on
// pictures.
import { rm } from "node:fs/promises";
import * as ort from "onnxruntime-node";
import { folderSource } from "../../packages/format/dist/node/index.js";
import { openImage } from "../../packages/image/dist/index.js";
import { openPeel } from "../../packages/runtime/dist/index.js";
import { openBase } from "../../packages/runtime/dist/node/index.js";
import { unsafeUnverifiedPeel } from "../../packages/signer/dist/verify/index.js";
import { int4Nano } from "./int4-nano.mjs";
import { cosine } from "./layer.mjs";

const NANO = new URL("../../bases/nano", import.meta.url).pathname;
const PROMPTS = [
  "brain-mri axial",
  "brain-mri coronal",
  "brain-mri sagittal",
  "brain-mri axial skull-stripped",
];
const SEEDS = [7, 8];
const WAYS = {
  nearest: { strategy: "merge", rounding: "nearest" },
  dither: { strategy: "merge", rounding: "dither" },
  calibrated: { strategy: "merge", rounding: "calibrated" },
  auto: {},
};

/** The rows of both bases, with their bits. */
export async function pictures(weights) {
  const coarse = await int4Nano(NANO);
  try {
    return [
      ...(await picturesOf(NANO, weights)).map((row) => ({ bits: 8, ...row })),
      ...(await picturesOf(coarse, weights)).map((row) => ({ bits: 4, ...row })),
    ];
  } finally {
    await rm(coarse, { recursive: true });
  }
}

/**
 * Rows of {weight, way, totals, gain, error, effect, cosine}. The attached peel is what is wanted: `effect` is how large
 * the change of the pictures is beside its, `cosine` how alike the two are.
 */
async function picturesOf(folder, weights) {
  const base = await openBase(folder, { ort });
  try {
    const model = await openImage(base);
    const source = await folderSource(`${NANO}/peels/medical-imaging`);
    const peel = await openPeel(await unsafeUnverifiedPeel(source), base);
    const draw = async () => {
      const all = [];
      for (const prompt of PROMPTS)
        for (const seed of SEEDS) {
          const { pixels } = await model.generate({ complete: false, prompt, seed });
          for (const value of pixels) all.push(value);
        }
      return all;
    };
    const rows = [];
    for (const weight of weights) {
      // Trigger words work at any weight, so the change is counted from the peel at weight 0.
      await base.setPeels([{ peel, weight: 0 }]);
      const off = await draw();
      const change = async () => (await draw()).map((value, i) => value - off[i]);
      await base.setPeels([{ peel, weight }], { strategy: "attach" });
      const wanted = await change();
      for (const [way, options] of Object.entries(WAYS)) {
        const { plan } = await base.setPeels([{ peel, weight }], options);
        const got = await change();
        const { totals, gain, error } = plan;
        rows.push({
          weight,
          way,
          totals,
          gain,
          error,
          effect: length(got) / length(wanted),
          cosine: cosine(got, wanted),
        });
      }
    }
    return rows;
  } finally {
    await base.dispose();
  }
}

function length(list) {
  return Math.sqrt(list.reduce((sum, value) => sum + value * value, 0));
}
