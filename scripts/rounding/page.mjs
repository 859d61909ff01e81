const percent = (value) => `${Number((100 * value).toPrecision(2))}%`;
const round = (value) => value.toFixed(3);
const table = (head, rows) =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
const counts = ({ merged, promoted, attached }) => `${merged} / ${promoted} / ${attached}`;

/** docs/guides/rounding.md; every number in it comes from `results`, or from the evaluation of minilm. */
export function page(results, evaluation) {
  const layer = table(
    ["update / weights", "weights", "way", "gain", "error", "cosine of outputs"],
    results.layer.map(({ size, bits, way, gain, error, cosine }) => [
      ...[percent(size), `int${bits}`, way],
      ...[round(gain), round(error), round(cosine)],
    ]),
  );
  const nano = table(
    [
      ...["base", "weight of the peel", "way", "merged / promoted / attached"],
      ...["least gain", "largest error", "effect", "cosine"],
    ],
    results.nano.map(({ bits, weight, way, totals, gain, error, effect, cosine }) => [
      ...[`int${bits}`, weight, way, counts(totals)],
      ...[round(gain.min), round(error.max), round(effect), round(cosine)],
    ]),
  );
  const schemes = ["int8", "int4"];
  const minilm = table(
    [
      ...["base", "way", "merged / promoted / attached", "least gain", "largest error"],
      ...["cosine to attached", "of the ten nearest"],
    ],
    schemes.flatMap((scheme) =>
      results[`minilm-${scheme}`].rows.map(({ way, totals, gain, error, cosine, same }) => [
        ...[scheme, way, counts(totals), round(gain.min), round(error.max)],
        ...[cosine.toFixed(4), round(same)],
      ]),
    ),
  );
  const recall = table(
    ["base", "way", "recall@1", "recall@10"],
    evaluation.rows
      .filter(({ base }) => schemes.includes(base))
      .map((row) => [row.base, row.variant.replace("merge, ", ""), round(row["@1"]), round(row["@10"])]),
  );
  const { queries, names, momentBytes, calibration } = results["minilm-int4"];
  return `# What rounding does to a merged peel

Written by \`node scripts/rounding-guide.mjs\` from what it measures; don't edit.

A quantised weight lies on a grid. Where a peel's update is smaller than half a step, rounding to nearest removes it: the
merge succeeds and nothing has changed. So the runtime measures, target by target, what would be left, and reports two
numbers of the change that is applied beside the one intended: **gain**, how much of it is there (1 is all), and **error**,
what was added or is missing, relative to it. Gain alone would call pure noise perfect.

- **nearest** loses what is small: the error is a part of the update that is missing.
- **dither** rounds up or down so that the average is right, by a hash of the base, the target and the element, hence the same
  bytes everywhere. Nothing is lost; the error is noise, at most a step.
- **calibrated** rounds to nearest, row by row, and passes the error of each row on to those behind it, so that what the adapter
  looks for in its inputs finds the whole update. Of a base with moments (below) it also keeps errors away from what inputs
  mostly look like. Exact arithmetic: the same bytes everywhere. It runs in JavaScript, without the
  merge kernel, so it takes longer than the others: in worker threads (web workers in a page), once for each target.
- **promote** (4 bits only) gives the target 8 bits. Both are small; the target takes twice the memory.
- **attach** keeps everything and runs beside the layer.

## A random layer

1024 x 1024, rank 16, inputs of which half of the variance is shared; the moments are of other inputs, with one direction. int8 has
a scale for each column, int4 one for each block of 32 rows. Gain and error are in weights here, for all.

${layer}

## minilm

\`python-search\` at weight 1, on all its 36 targets. Recall, from [the evaluation](../../bases/minilm/evaluation/README.md) on held-out
queries; its moments are of 100 sentences and 100 names that the peel was trained on. One row again, once
\`training/run-minilm reference\` has made the texts:
\`node scripts/minilm/evaluate.mjs training/.work/minilm "int4 merge, calibrated, moments of rank 4"\`.

${recall}

And on ${names} names and ${queries} sentences of these docs: the mean cosine of all embeddings to those with the peel attached, and the share
of each sentence's ten nearest names that are the same. Moments: four directions of each input, from ${calibration} other sentences;
${(momentBytes / 1000).toFixed(0)} kB, beside a model of 14.3 MB at int4. With moments, gain and error are of outputs.

${minilm}

## Pictures of bases/nano

The sample peel on the int8 base, and on the same weights put on the int4 grid that they were also trained for; 8 pictures for each row. The
attached peel is what is wanted; effect is how large the change of the pictures is beside its, cosine how alike the two changes are.

${nano}

## What "auto" does, and why

For each target, the first of these that keeps a gain within 5% of 1: **nearest** with an error of at most 0.5; **dither** with an
error of at most 1; **promote** with an error of at most 0.5; else **attach**. Nearest goes first because its merge has no
noise. Dither may add as much noise as the update is large: up to there the int8 pictures above change as they should, and the
random layer's outputs keep a cosine of 0.7. Beyond, promoting and attaching keep more, as every table says.

Who wants int4 merged in place, with the base's own size and speed, asks for **calibrated**: outputs stay nearer to the attached
peel's than by dither, unless the update is very faint (the pictures at a weight of 0.2 and less, which turn with the seed of the dither), where neither should be used;
recall can't tell them apart beyond its standard error of 0.01, though with moments the right name comes first as often as attached. It is not what auto takes, because it has to be worked out whole to be measured, where the others are
measured on a sample.

A peel says in its manifest how it was trained. One that was trained merge-aware for a scheme is merged into that scheme to
nearest and never attached; see [peel.md](../specification/peel.md).

## Moments

A base may carry the second moments of what its layers read: a diagonal and a few directions of each input, in float16
([base.md](../specification/base.md#moments)). \`collectMoments\` of \`@banana-peel/runtime\` runs the base on what it is used for
and gives the file and the card's entry for it; [scripts/minilm/moments.mjs](../../scripts/minilm/moments.mjs) does so with texts.

\`\`\`js
const { bytes, entry } = await collectMoments({ ...files, card, ort, feeds });
await writeFile("moments.safetensors", bytes);
card.moments = { path: "moments.safetensors", ...entry };
\`\`\`

The tables say what they add to calibrated rounding: embeddings of minilm at int4 come nearer to the attached peel's once more, the random
layer's outputs most of all, because their inputs share one direction. The reference bases carry none: they are wanted for int4 merged in
place alone, where promoting costs memory and keeps more, and whoever needs them can collect them in a minute.
`;
}
