import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PlanTarget } from "@banana-peel/runtime";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { coloursFor } from "../ui/colours.js";
import { type PlanReport, planText } from "../ui/plan.js";
import { planSvg, STRATEGY_COLORS } from "./plan-svg.js";
import { escapeXml } from "./svg.js";
import { writePicture } from "./write-picture.js";

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "banana-picture-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

function report(targets: Partial<PlanTarget>[], name = "@peels/x"): PlanReport {
  const all = targets.map(
    (target): PlanTarget => ({
      ...{
        path: "blocks.0.q",
        graph: "main",
        strategy: "merge",
        rank: 4,
        peels: [name],
        reason: "asked for",
      },
      ...{ gain: 1, error: 0.1, ...target },
    }),
  );
  return {
    base: { family: "nano", version: "0.1.0", digest: "sha256:0" },
    peels: [{ name, version: "1.0.0", weight: 1, signed: true }],
    plan: {
      strategy: "auto",
      rounding: "nearest",
      targets: all,
      totals: { attached: 0, merged: all.length, promoted: 0 },
      gain: { min: 1, median: 1 },
      error: { max: 0.1, median: 0.1 },
      warnings: [],
    },
  };
}

const rows = (svg: string) => svg.match(/<g>/g)?.length ?? 0;
const sizeOf = (svg: string) => [.../viewBox="0 0 (\d+) (\d+)"/.exec(svg)!].slice(1).map(Number);

describe("planSvg", () => {
  it.each([0, 1, 48, 700])("has a row for each of %i targets, within the picture", (count) => {
    const svg = planSvg(report(Array.from({ length: count }, (_, i) => ({ path: `blocks.${i}.q` }))));
    expect(rows(svg)).toBe(count);
    const [width, height] = sizeOf(svg);
    for (const [, x, y] of svg.matchAll(/<(?:rect|text) x="([\d.]+)" y="([\d.]+)"/g)) {
      expect(Number(x)).toBeLessThan(width!);
      expect(Number(y)).toBeLessThan(height!);
    }
    for (let i = 0; i < count; i++) expect(svg).toContain(`>blocks.${i}.q<`);
  });

  it.each([1, 30, 43, 90])("has room for paths of %i characters before the rank", (length) => {
    const svg = planSvg(report([{ path: "x".repeat(length) }, { path: "y" }]));
    const [, left, path] = /x="([\d.]+)"[^>]*>(…?x+)</.exec(svg)!;
    const [, rank] = /x="([\d.]+)"[^>]*>rank</.exec(svg)!;
    // Letters of 12 units that are all equally wide take 0.6 of that.
    expect(Number(left) + 7.2 * path!.length).toBeLessThan(Number(rank));
    const ends = [...svg.matchAll(/ x="([\d.]+)" y="[\d.]+" width="([\d.]+)" height="10"/g)];
    for (const [, x, width] of ends) expect(Number(x) + Number(width)).toBeLessThan(sizeOf(svg)[0]!);
  });

  it("is as wide as its title", () => {
    expect(sizeOf(planSvg(report([{}], `@peels/${"m".repeat(120)}`)))[0]).toBeGreaterThan(120 * 12);
  });

  it("shows the strategy, and draws no bar beyond its place", () => {
    for (const [gain, error] of [
      [-0.5, 9],
      [7, -1],
      [Number.NaN, Number.POSITIVE_INFINITY],
    ] as const) {
      const svg = planSvg(report([{ strategy: "promote", gain, error }]));
      expect(svg).toContain(`fill="${STRATEGY_COLORS.promote}"`);
      const bars = [...svg.matchAll(/width="([\d.-]+)" height="10"/g)].map(([, width]) => Number(width));
      expect(bars).toHaveLength(4);
      for (const width of bars) expect(width).toBeGreaterThanOrEqual(0);
      expect(Math.max(...bars)).toBeLessThanOrEqual(96);
    }
  });

  it("writes others' words as words, and keeps the end of a long path", () => {
    const svg = planSvg(
      report([{ path: `${"deep.".repeat(30)}q_proj`, reason: 'a <b> & "c"' }], "@x/<script>"),
    );
    expect(svg).not.toContain("<script>");
    expect(svg).toContain("a &lt;b&gt; &amp; &quot;c&quot;");
    expect(svg).toMatch(/>….*deep\.q_proj</);
    expect(escapeXml("a\u0000\u001bb")).toBe("a  b");
  });
});

describe("writePicture", () => {
  it.each(["plan.svg", "plan.html", "plan.png"])("writes %s", async (name) => {
    await writePicture(join(root, name), report([{}]));
    const bytes = await readFile(join(root, name));
    if (name.endsWith("png")) expect(bytes.subarray(1, 4).toString()).toBe("PNG");
    else expect(bytes.toString()).toContain("blocks.0.q");
    if (name.endsWith("html")) expect(bytes.toString()).toMatch(/^<!doctype html>/);
  });

  it("knows no other ending, makes the folder, and says where it can't", async () => {
    await expect(writePicture(join(root, "plan.jpg"), report([]))).rejects.toMatchObject({ code: "USAGE" });
    await writePicture(join(root, "no/such/plan.svg"), report([]));
    expect(await readFile(join(root, "no/such/plan.svg"), "utf8")).toContain("<svg");
    await expect(writePicture(join(root, "no/such/plan.svg/x.svg"), report([]))).rejects.toMatchObject({
      code: "TARGET_READ_ONLY",
    });
  });
});

it("the table says each kind of reason once, in whole sentences and without a target's figures", () => {
  const why = (a: string, b: string) =>
    `merging by nearest would keep a gain of ${a} with an error of ${b}, merging by dither would keep a gain of 0.970 with an error of NaN; bounds are a gain of 1 +- 0.05 and an error of 0.5 (1 by dither and calibrated)`;
  const text = planText(
    report([{ reason: why("0.100", "0.980") }, { reason: why("0.200", "0.900") }]),
    coloursFor({}, {}),
  );
  expect(text).toContain(
    "\nwhy: merging by nearest would keep too little or add too much, merging by dither would keep too little or add too much; bounds are a gain of 1 +- 0.05 and an error of 0.5 (1 by dither and calibrated)\n",
  );
});
