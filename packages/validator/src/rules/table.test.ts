import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { adapterRules } from "./adapter-rules.js";
import { cardRules } from "./card-rules.js";
import { documentRules } from "./document-rules.js";
import { layoutRules } from "./layout-rules.js";
import { manifestRules } from "./manifest-rules.js";
import { RULE_CODES, ruleInfo } from "./table.js";

const specification = fileURLToPath(new URL("../../../../docs/specification/", import.meta.url));

/** The anchors of a page's headings, as GitHub makes them. */
function anchors(page: string): string[] {
  const path = `${specification}${page}`;
  if (!existsSync(path)) return [];
  const headings = readFileSync(path, "utf8").match(/^#+ .+$/gm) ?? [];
  return headings.map((heading) =>
    heading
      .replace(/^#+ /, "")
      .toLowerCase()
      .replace(/[^a-z0-9 _-]/g, "")
      .replaceAll(" ", "-"),
  );
}

describe("the table of rules", () => {
  it("has each rule in one place", () => {
    const parts = [adapterRules, cardRules, documentRules, layoutRules, manifestRules];
    expect(parts.flatMap((part) => Object.keys(part)).sort()).toEqual(RULE_CODES);
  });

  it.each(RULE_CODES)("%s has a title, an explanation and a section that exists", (code) => {
    const { title, explanation, severity, section } = ruleInfo(code);
    expect(code).toMatch(/^(peel|base|project|lock)\/[a-z]+(-[a-z]+)*$/);
    expect(title).toMatch(/\.$/);
    expect(explanation).toMatch(/\.$/);
    expect(["error", "warning"]).toContain(severity);
    const [page, anchor] = section.split("#");
    expect(anchors(page!)).toContain(anchor);
  });
});
