// Writes docs/guides/rounding.md: what each way to merge keeps of an update, measured by the built packages now.
// `npm run build && node scripts/rounding-guide.mjs`; half a minute. The figures are the same everywhere but for those
// of pictures, which depend on onnxruntime.
import { writeFile } from "node:fs/promises";
import { randomLayer } from "./rounding/layer.mjs";
import { pictures } from "./rounding/pictures.mjs";

const percent = (value) => `${Number((100 * value).toPrecision(2))}%`;
const round = (value) => value.toFixed(3);
const table = (head, rows) =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

const layer = await randomLayer([0.003, 0.01, 0.03, 0.1]);
const drawn = await pictures([1, 0.5, 0.2, 0.1]);

const layerTable = table(
  ["update / weights", "weights", "way", "gain", "error", "cosine of outputs"],
  layer.map(({ size, bits, way, gain, error, cosine }) => [
    ...[percent(size), `int${bits}`, way],
    ...[round(gain), round(error), round(cosine)],
  ]),
);
const pictureTable = table(
  [
    "weight of the peel",
    "way",
    "merged / promoted / attached",
    "least gain",
    "largest error",
    "effect",
    "cosine",
  ],
  drawn.map(({ weight, way, totals, gain, error, effect, cosine }) => [
    ...[weight, way, `${totals.merged} / ${totals.promoted} / ${totals.attached}`],
    ...[round(gain.min), round(error.max), round(effect), round(cosine)],
  ]),
);

const page = `# What rounding does to a merged peel

Written by \`node scripts/rounding-guide.mjs\`, which measures all of it; don't edit.

A quantised weight lies on a grid. Where a peel's update is smaller than half a step, rounding to nearest removes it: the
merge succeeds and nothing has changed. So the runtime measures, target by target, what would be left, and reports two
numbers of the change that is applied beside the one intended: **gain**, how much of it is there (1 is all), and **error**,
what was added or is missing, relative to it. Gain alone would call pure noise perfect.

- **nearest** loses what is small: the error is a part of the update that is missing.
- **dither** rounds up or down so that the average is right, by a hash of the base, the target and the element, hence the same
  bytes everywhere. Nothing is lost; the error is noise, at most a step.
- **promote** (4 bits only) gives the target 8 bits. Both are small; the target takes twice the memory.
- **attach** keeps everything and runs beside the layer.

## A random layer

1024 x 1024, rank 16, inputs that correlate. int8 has a scale for each column, int4 one for each block of 32 rows.

${layerTable}

## Pictures of bases/nano

The sample peel on the int8 base, ${4 * 2} pictures for each row. The attached peel is what is wanted; effect is how large the
change of the pictures is beside its, cosine how alike the two changes are.

${pictureTable}

## What "auto" does, and why

For each target, the first of these that keeps a gain within 5% of 1: **nearest** with an error of at most 0.5; **dither** with an
error of at most 1; **promote** with an error of at most 0.5; else **attach**. Nearest goes first because its merge has no
noise. Dither may add as much noise as the update is large: up to there the pictures above change as they should, and the
random layer's outputs keep a cosine of 0.7. Beyond, the random layer says promote or attach.

What isn't in these tables: a real model at int4, and calibrated rounding. Recorded earlier with PyTorch, and not measured by
this script: on all-MiniLM-L6-v2 at int4, with updates of 1.7 to 4.7% of the weights, dither kept a recall@10 of 0.916 where
nearest left 0.792 and attaching gave 0.920. So a model may bear more noise than a layer alone suggests, and whoever wants int4
merged in place can ask for dither; the default doesn't rely on it.

A peel says in its manifest how it was trained. One that was trained merge-aware for a scheme is merged into that scheme to
nearest and never attached; see [peel.md](../specification/peel.md).
`;
await writeFile(new URL("../docs/guides/rounding.md", import.meta.url), page);
