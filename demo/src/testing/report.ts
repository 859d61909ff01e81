import type { Plan, PlanTarget, Strategy } from "@banana-peel/runtime";
import type { DemoPicture, DemoReport, DemoRow } from "../report.js";

/** A PNG of one pixel. */
const PIXEL = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

export function picture(how: DemoPicture["how"], weight?: number): DemoPicture {
  return { how, weight, png: PIXEL, size: 1, ms: 60 };
}

export function row(prompt: string, seed: number, pictures: readonly DemoPicture[]): DemoRow {
  return { prompt, seed, pictures };
}

export function plan(strategy: Strategy, gain = 1, error = 0): Plan {
  const target = (path: string): PlanTarget => ({
    path,
    graph: "backbone",
    strategy,
    rank: 8,
    peels: ["@peels/test"],
    reason: "asked for",
    gain,
    error,
  });
  return {
    strategy,
    rounding: "nearest",
    targets: [target("blocks.0.attn.q_proj"), target("blocks.0.mlp.up")],
    totals:
      strategy === "attach"
        ? { attached: 2, merged: 0, promoted: 0 }
        : { attached: 0, merged: 2, promoted: 0 },
    gain: { min: gain, median: gain },
    error: { max: error, median: error },
    warnings: [],
  };
}

/** What a demo found, with `words` wherever a person could have put any. */
export function report(words = "words"): DemoReport {
  const weights = [0.25, 0.5, 0.75, 1].map((weight) => picture("attached", weight));
  const pair = [picture("without"), picture("attached", 1)];
  return {
    main: row(words, 7, [picture("without"), ...weights, picture("merged", 1), picture("taken off")]),
    more: [row(words, 8, pair), row(words, 9, pair), row(words, 10, pair)],
    peel: {
      name: "@peels/test",
      version: "1.0.0",
      signer: `sha256:${"a1".repeat(32)}`,
      title: words,
      notice: words,
      license: words,
      credits: [{ title: words, license: words, author: words }],
      integrity: `sha512-${"B".repeat(86)}==`,
      adapterSha256: "c2".repeat(32),
      tarballBytes: 1_234_567,
      rank: 8,
    },
    base: { family: "nano", version: "0.1.0", title: words, digest: `sha256:${"d3".repeat(32)}` },
    plans: { attach: plan("attach"), merge: plan("merge", 0.98, 0.125), auto: plan("attach") },
    times: { swap: 0.42, merge: 640, picture: 58 },
    steps: [{ title: words, ms: 1234, details: [words] }],
    versions: { node: "20.20.0", onnxruntime: "1.30.0", bananaPeel: "0.1.0" },
  };
}
