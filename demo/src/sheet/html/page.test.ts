import { expect, test } from "vitest";
import { report } from "../../testing/report.js";
import { sheetHtml } from "./page.js";

const HOSTILE = `<img src=x onerror=alert(1)>"&'\u0000`;

test("holds every picture, each with a text for those who can't see it", () => {
  const images = [...sheetHtml(report()).matchAll(/<img [^>]*>/g)].map(([image]) => image);
  expect(images).toHaveLength(7 + 3 * 2);
  for (const image of images) {
    expect(image).toMatch(/src="data:image\/png;base64,[A-Za-z0-9+/=]+"/);
    expect(image).toMatch(/alt="Drawn for [^"]{10,}"/);
    expect(image).toMatch(/width="1" height="1"/);
  }
});

test("needs nothing from elsewhere and runs nothing", () => {
  const html = sheetHtml(report());
  expect(html).not.toMatch(/<script|<link rel="stylesheet|@import|url\(|src="(?!data:)|href="(?!data:)/);
});

test("keeps words as words, whatever they are", () => {
  const html = sheetHtml(report(HOSTILE));
  expect(html).not.toContain("<img src=x");
  expect(html).not.toContain("\u0000");
  expect(html.match(/&lt;img src=x onerror=alert\(1\)&gt;&quot;&amp;&#39;\ufffd/g)!.length).toBeGreaterThan(
    10,
  );
});

test("shows who signed, the digests, both plans for every target, and the steps with their times", () => {
  const html = sheetHtml(report());
  for (const fact of [
    `sha256:${"a1".repeat(32)}`,
    `sha512-${"B".repeat(86)}==`,
    `sha256:${"c2".repeat(32)}`,
    `sha256:${"d3".repeat(32)}`,
    "1.2 MB",
    "58 ms a picture, 0.4 ms to change the weight, 640 ms to merge",
    "All 2 targets",
    '<time datetime="PT1.234S">1.2 s</time>',
  ])
    expect(html).toContain(fact);
  const line = html.match(/<tr><th scope="row"><code>blocks\.0\.mlp\.up<\/code>.*?<\/tr>/)![0];
  expect(line.replace(/<[^>]+>/g, " ").split(/\s+/)).toEqual([
    "",
    "blocks.0.mlp.up",
    "8",
    "1.000",
    "0.0%",
    "0.980",
    "12.5%",
    "attach",
    "",
  ]);
});

test("leaves out what there isn't", () => {
  const base = report();
  const html = sheetHtml({
    ...base,
    more: [],
    peel: { ...base.peel, notice: undefined, credits: [], signer: undefined },
  });
  expect(html).not.toContain("More prompts");
  expect(html).not.toContain("Made from");
  expect(html).not.toContain("undefined");
  expect(html).toContain("nobody");
});
