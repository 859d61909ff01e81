import type { BaseCard } from "@banana-peel/format";
import { expect, it } from "vitest";
import { conformanceCard } from "../testing/conformance.js";
import { checkCard } from "./card-rules.js";

const text = new TextDecoder().decode(await conformanceCard());
const found = (change: (card: BaseCard) => void) => {
  const card = JSON.parse(text) as BaseCard;
  change(card);
  return checkCard(card, "base.json").map(({ rule, where }) => `${rule} ${where}`);
};

it("takes a sound card, with and without an image section", () => {
  expect(found(() => {})).toEqual([]);
  expect(found((card) => delete card.image)).toEqual([]);
});

it.each<[string, (card: BaseCard) => void, string[]]>([
  [
    "a leading v",
    (card) => {
      card.version = "v1.0.0";
    },
    ["base/version-not-semver base.json:/version"],
  ],
  [
    "a file listed twice",
    (card) => {
      card.files.push({ ...card.files[0]! });
    },
    ["base/file-duplicate base.json:/files/4/path"],
  ],
  [
    "files that differ in case only",
    (card) => {
      card.files.push({ ...card.files[0]!, path: "BACKBONE.onnx" });
    },
    ["base/file-duplicate base.json:/files/4/path"],
  ],
  [
    "a model that is not listed",
    (card) => {
      card.graphs.backbone!.model = "other.onnx";
    },
    ["base/file-unlisted base.json:/graphs/backbone/model"],
  ],
  [
    "external data that is not listed",
    (card) => {
      card.graphs.decoder!.externalData = ["x.data"];
    },
    ["base/file-unlisted base.json:/graphs/decoder/externalData/0"],
  ],
  [
    "a vocabulary that is not listed",
    (card) => {
      card.image!.conditioning.vocabulary = "x.json";
    },
    ["base/file-unlisted base.json:/image/conditioning/vocabulary"],
  ],
  [
    "an embedding that is not listed",
    (card) => {
      card.image!.conditioning.embedding = "x";
    },
    ["base/file-unlisted base.json:/image/conditioning/embedding"],
  ],
  [
    "a target of an unknown graph",
    (card) => {
      card.targets[1]!.graph = "unet";
    },
    ["base/graph-unknown base.json:/targets/1/graph"],
  ],
  [
    "a target of a graph that only Object has",
    (card) => {
      card.targets[1]!.graph = "constructor";
    },
    ["base/graph-unknown base.json:/targets/1/graph"],
  ],
  [
    "an unknown backbone",
    (card) => {
      card.image!.backbone = "x";
    },
    ["base/graph-unknown base.json:/image/backbone"],
  ],
  [
    "an unknown decoder",
    (card) => {
      card.image!.decoder = "x";
    },
    ["base/graph-unknown base.json:/image/decoder"],
  ],
  [
    "a target twice",
    (card) => {
      card.targets[1]!.path = card.targets[0]!.path;
    },
    ["base/target-duplicate base.json:/targets/1/path"],
  ],
  [
    "min above max",
    (card) => {
      card.targets[0]!.scheme.min = 5;
      card.targets[0]!.scheme.max = 5;
    },
    ["base/scheme base.json:/targets/0/scheme/min"],
  ],
  [
    "a signed max of 200",
    (card) => {
      card.targets[0]!.scheme.max = 200;
    },
    ["base/scheme base.json:/targets/0/scheme/max"],
  ],
  [
    "an unsigned min of -1",
    (card) => {
      Object.assign(card.targets[0]!.scheme, { signed: false, min: -1 });
    },
    ["base/scheme base.json:/targets/0/scheme/min"],
  ],
  [
    "channels without an axis",
    (card) => {
      delete card.targets[0]!.scheme.axis;
    },
    ["base/scheme base.json:/targets/0/scheme/axis"],
  ],
  [
    "an axis for a tensor",
    (card) => {
      card.targets[0]!.scheme.granularity = "tensor";
    },
    ["base/scheme base.json:/targets/0/scheme/axis"],
  ],
  [
    "bits that the form lacks",
    (card) => {
      card.targets[0]!.scheme.bits = 2;
    },
    [
      "base/scheme base.json:/targets/0/scheme/bits",
      "base/scheme base.json:/targets/0/scheme/min",
      "base/scheme base.json:/targets/0/scheme/max",
    ],
  ],
  [
    "blocks without a size, along the wrong axis",
    (card) => {
      card.targets[0]!.scheme.granularity = "block";
    },
    ["base/scheme base.json:/targets/0/scheme/axis", "base/scheme base.json:/targets/0/scheme/blockSize"],
  ],
  [
    "a block size without blocks",
    (card) => {
      card.targets[0]!.scheme.blockSize = 32;
    },
    ["base/scheme base.json:/targets/0/scheme/blockSize"],
  ],
  [
    "an operator of another form",
    (card) => {
      card.targets[0]!.operator = "MatMulInteger";
    },
    ["base/scheme base.json:/targets/0/scheme/form"],
  ],
  [
    "MatMulNBits that is signed, in blocks of 24, and [K,N]",
    (card) => {
      card.targets[0]!.operator = "MatMulNBits";
      const change = { form: "matmulnbits", granularity: "block", axis: 0, blockSize: 24 } as const;
      Object.assign(card.targets[0]!.scheme, change);
    },
    [
      "base/scheme base.json:/targets/0/scheme/signed",
      "base/scheme base.json:/targets/0/scheme/form",
      "base/scheme base.json:/targets/0/scheme/blockSize",
    ],
  ],
  [
    "a grid without its scale",
    (card) => {
      delete card.targets[0]!.scheme.scale;
    },
    ["base/scheme base.json:/targets/0/scheme/scale"],
  ],
  [
    "floats with a range",
    (card) => {
      const change = { form: "float", bits: 32, granularity: "tensor", axis: undefined, scale: undefined };
      Object.assign(card.targets[0]!.scheme, change);
    },
    ["base/scheme base.json:/targets/0/scheme/min", "base/scheme base.json:/targets/0/scheme/max"],
  ],
  [
    "a schedule of another length",
    (card) => {
      card.image!.sampler.schedules["2"] = [1];
    },
    ["base/sampler base.json:/image/sampler/schedules/2"],
  ],
  [
    "a schedule that rises",
    (card) => {
      card.image!.sampler.schedules["2"] = [0.5, 1];
    },
    ["base/sampler base.json:/image/sampler/schedules/2/1"],
  ],
  [
    "a time twice",
    (card) => {
      card.image!.sampler.schedules["2"] = [1, 1];
    },
    ["base/sampler base.json:/image/sampler/schedules/2/1"],
  ],
  [
    "default steps without a schedule",
    (card) => {
      card.image!.sampler.defaultSteps = 4;
    },
    ["base/sampler base.json:/image/sampler/defaultSteps"],
  ],
  [
    "a default guidance above max",
    (card) => {
      card.image!.sampler.guidance.default = 9;
    },
    ["base/sampler base.json:/image/sampler/guidance"],
  ],
])("refuses %s", (_, change, problems) => {
  expect(found(change)).toEqual(problems);
});

it("reports every problem", () => {
  expect(
    found((card) => {
      card.version = "1";
      card.targets = card.targets.map((target) => ({ ...target, graph: "x" }));
    }),
  ).toHaveLength(3);
});
