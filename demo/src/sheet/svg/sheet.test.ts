import { decode } from "fast-png";
import { describe, expect, test } from "vitest";
import { report } from "../../testing/report.js";
import { renderSheet } from "../render.js";
import { sheetSvg } from "./sheet.js";

const HOSTILE = `<b>"&'</b>\u0000${"x".repeat(300)}`;
const count = (text: string, part: string) => text.split(part).length - 1;

describe("the contact sheet", () => {
  test("shows every picture with its label, prompt, signer and versions", () => {
    const svg = sheetSvg(report());
    expect(count(svg, "<image ")).toBe(7 + 3 * 2);
    for (const label of [
      "Without",
      "Weight 0.25",
      "Weight 0.5",
      "Weight 0.75",
      "Weight 1",
      "Merged",
      "Taken off again",
    ])
      expect(svg).toContain(`>${label}<`);
    expect(svg).toContain("$ banana-peel add test");
    expect(svg).toContain("sha256:a1a1a1a1a1a1a1a1\u2026");
    expect(svg).toContain("@peels/test 1.0.0");
    expect(svg).toContain("nano 0.1.0, int8");
  });

  test("gives every clip its own name", () => {
    const names = [...sheetSvg(report()).matchAll(/<clipPath id="([^"]+)"/g)].map(([, name]) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  test("keeps words as words, whatever they are, and within their place", () => {
    const svg = sheetSvg(report(HOSTILE));
    expect(svg).not.toContain("<b>");
    expect(svg).not.toContain("\u0000");
    expect(svg).not.toContain("x".repeat(200));
    expect(() => renderSheet(svg, 0.25)).not.toThrow();
  });

  test("fits fewer pictures", () => {
    const svg = sheetSvg({ ...report(), more: [] });
    expect(svg).not.toContain("More prompts");
    expect(count(svg, "<image ")).toBe(7);
  });
});

describe("rendering", () => {
  test("gives a PNG of the sheet's size times the scale, with text in it", () => {
    const svg = sheetSvg(report());
    const { width, height, data, channels } = decode(renderSheet(svg, 0.5));
    const [, svgWidth, svgHeight] = /width="(\d+)" height="(\d+)"/.exec(svg)!.map(Number);
    expect([width, height]).toEqual([svgWidth! / 2, Math.ceil(svgHeight! / 2)]);
    // The title's place: ink on paper, so that a missing font is noticed.
    let dark = 0;
    for (let y = 18; y < 36; y++)
      for (let x = 55; x < 180; x++) if (data[(y * width + x) * channels]! < 100) dark++;
    expect(dark).toBeGreaterThan(200);
  });

  test("gives the same bytes for the same sheet", () => {
    const svg = sheetSvg(report());
    expect(Buffer.compare(renderSheet(svg, 0.25), renderSheet(svg, 0.25))).toBe(0);
  });
});
