import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { type BaseCard, readSafetensors, type Tensor, writeSafetensors } from "@banana-peel/format";
import { describe, expect, it } from "vitest";
import { checkedFiles } from "../base/check-files.js";
import { openBase } from "../base/open-base.js";
import { openGraph } from "../base/open-graph.js";
import { readWeights } from "../base/weights.js";
import { Pacer } from "../pacer.js";
import { partsByTarget } from "../plan/updates.js";
import { FakeOrt } from "../testing/fake-ort.js";
import { vectorPeel } from "../testing/peels.js";
import { memoryBase, vectorJson } from "../testing/vectors.js";
import { calibrateTarget } from "./calibrate-target.js";
import { momentsOf, unknownMoments } from "./read-moments.js";

interface Vector {
  moments: NonNullable<BaseCard["moments"]>;
  /** With the moments, and without any. */
  merges: Merge[];
  plain: Merge[];
}

interface Merge {
  uses: [peel: string, weight: number][];
  targets: { path: string; sha256: string; gain: number; error: number }[];
}

const calibrated = { strategy: "merge", rounding: "calibrated" } as const;
const FOLDER = new URL("../../../conformance/vectors/calibrated/", import.meta.url);
const { ort } = new FakeOrt();

/** A tiny base with moments, and what the second implementation merges it to. */
function calibratedBase(name: string) {
  const expected = vectorJson<Vector>(`calibrated/${name}/expected.json`);
  const memory = memoryBase(name, "forms");
  const bytes = new Uint8Array(readFileSync(new URL(`${name}/moments.safetensors`, FOLDER)));
  memory.files.set(expected.moments.path, bytes);
  return { ...memory, card: { ...memory.card, moments: expected.moments }, expected, bytes };
}

const usesOf = async (uses: [peel: string, weight: number][], base: { card: BaseCard; digest: string }) =>
  Promise.all(uses.map(async ([peel, weight]) => ({ peel: await vectorPeel(peel, base as never), weight })));

describe.each(readdirSync(FOLDER))("%s", (name) => {
  const { expected, bytes, ...memory } = calibratedBase(name);
  const { moments: _, ...plain } = memory.card;

  it.each([
    ["moments", memory.card as BaseCard, expected.merges],
    ["no moments", plain as BaseCard, expected.plain],
  ])("with %s it is merged as by the second implementation, also through a plan", async (_, card, merges) => {
    const base = await openBase({ ...memory, card, ort });
    const files = checkedFiles(card, memory);
    const graph = await openGraph(card, "main", files, undefined);
    const file = readSafetensors(bytes, "moments");
    for (const { uses, targets } of merges) {
      const loaded = await usesOf(uses, base);
      const parts = partsByTarget(loaded);
      const plan = await base.plan(loaded, calibrated);
      for (const { path, sha256, gain, error } of targets) {
        const open = graph.targets.get(path)!;
        const form = await readWeights(open, files, undefined);
        const known = card.moments === undefined ? undefined : momentsOf(file, open.target);
        const pacer = new Pacer(() => performance.now(), undefined);
        const moments = known ?? unknownMoments(form.k);
        const merged = await calibrateTarget(form, parts.get(path)!, moments, pacer);
        expect(createHash("sha256").update(merged.bytes).digest("hex"), path).toBe(sha256);
        const planned = plan.targets.find((each) => each.path === path)!;
        expect(planned).toMatchObject({ strategy: "merge", rounding: "calibrated" });
        for (const found of [merged, planned]) {
          expect(found.gain).toBeCloseTo(gain, 9);
          expect(found.error).toBeCloseTo(error, 9);
        }
      }
    }
    await base.dispose();
  });
});

describe("moments that can't be used", () => {
  const planWith = async (change: (memory: ReturnType<typeof calibratedBase>) => BaseCard) => {
    const memory = calibratedBase("blocked-int4");
    const base = await openBase({ ...memory, card: change(memory), ort });
    return base.plan(await usesOf([["a", 1]], base), calibrated);
  };
  const withFile = ({ card, files }: ReturnType<typeof calibratedBase>, bytes: Uint8Array): BaseCard => {
    files.set("moments.safetensors", bytes);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    return { ...card, moments: { path: "moments.safetensors", bytes: bytes.length, sha256 } };
  };

  it("another file than the card's is refused, and none too", async () => {
    const cut = ({ card, files, bytes }: ReturnType<typeof calibratedBase>) => {
      files.set("moments.safetensors", bytes.slice(1));
      return card;
    };
    await expect(planWith(cut)).rejects.toMatchObject({ code: "BASE_FILE_DIFFERS" });
    const none = ({ card, files }: ReturnType<typeof calibratedBase>) => {
      files.delete("moments.safetensors");
      return card;
    };
    await expect(planWith(none)).rejects.toMatchObject({ code: "BASE_FILE_MISSING" });
  });

  const damages: [what: string, change: (tensor: Tensor) => Tensor][] = [
    ["numbers of 0", (tensor) => ({ ...tensor, data: new Uint8Array(tensor.data.length) })],
    [
      "another length",
      ({ dtype, shape, data }) => ({ dtype, shape: [shape[0]! - 1], data: data.subarray(2) }),
    ],
    ["whole numbers", ({ shape, data }) => ({ dtype: "U16", shape, data })],
  ];

  it.each(damages)("a diagonal of %s is BASE_INVALID", async (_, change) => {
    const damage = (memory: ReturnType<typeof calibratedBase>) => {
      const tensors = new Map(readSafetensors(memory.bytes, "moments").tensors);
      for (const [name, tensor] of tensors) if (name.endsWith("/diagonal")) tensors.set(name, change(tensor));
      return withFile(memory, writeSafetensors(tensors));
    };
    await expect(planWith(damage)).rejects.toMatchObject({ code: "BASE_INVALID" });
  });

  it("aren't needed by other roundings, nor to open the base", async () => {
    const { files, ...memory } = calibratedBase("blocked-int4");
    files.delete("moments.safetensors");
    const base = await openBase({ ...memory, ort });
    const plan = await base.plan(await usesOf([["a", 1]], base), { strategy: "merge", rounding: "dither" });
    expect(plan.totals.merged).toBe(2);
  });
});
