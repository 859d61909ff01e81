import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { derivePackageJson, LIMITS } from "@banana-peel/format";
import { describe, expect, it } from "vitest";
import { parseBaseCard, parseLockfile, parseManifest, parseProject } from "./index.js";

const docs = fileURLToPath(new URL("../../../docs/", import.meta.url));
const pages = (await readdir(docs, { recursive: true })).filter((name) => name.endsWith(".md")).sort();
const texts = new Map(
  await Promise.all(
    pages.map(async (page): Promise<[string, string]> => [page, await readFile(join(docs, page), "utf8")]),
  ),
);

/** How an example of each title is judged; a fragment is only JSON. */
const PARSERS: Readonly<Record<string, (bytes: Uint8Array) => unknown>> = {
  "peel.json": (bytes) => parseManifest(bytes),
  "base.json": (bytes) => parseBaseCard(bytes),
  "banana.json": (bytes) => parseProject(bytes),
  "banana.lock": (bytes) => parseLockfile(bytes),
  fragment: (bytes) => JSON.parse(new TextDecoder().decode(bytes)),
};

interface Example {
  page: string;
  line: number;
  title: string | undefined;
  code: string;
}

function* examples(): Generator<Example> {
  for (const [page, text] of texts)
    for (const match of text.matchAll(/^```json([^\n]*)\n([\s\S]*?)^```$/gm))
      yield {
        page,
        line: text.slice(0, match.index).split("\n").length,
        title: /^ title="([^"]+)"$/.exec(match[1]!)?.[1],
        code: match[2]!,
      };
}

const found = [...examples()];

describe("JSON examples in docs/", () => {
  it("are there, of every kind of file", () => {
    expect(new Set(found.map(({ title }) => title))).toEqual(new Set(Object.keys(PARSERS)));
  });

  it.each(found)("$page:$line $title follows its schema", ({ title, code }) => {
    const parse = PARSERS[title ?? ""];
    expect(parse, 'expected a title: ```json title="peel.json"').toBeDefined();
    expect(() => parse!(new TextEncoder().encode(code))).not.toThrow();
  });

  it("show the package.json that the peel.json beside it gives", () => {
    const [peel, packageJson] = ["peel.json", "fragment"].map((wanted) =>
      JSON.parse(found.find(({ page, title }) => page === "specification/peel.md" && title === wanted)!.code),
    );
    expect(derivePackageJson(peel)).toEqual(packageJson);
  });
});

describe("docs/specification", () => {
  it("states every limit as the code has it", () => {
    const rows = [
      ...texts.get("specification/peel.md")!.matchAll(/^\| `([A-Za-z]+)` \| ([\d,]+)(?: [a-z]+)? \|/gm),
    ];
    const stated = Object.fromEntries(
      rows.map(([, name, number]) => [name, Number(number!.replaceAll(",", ""))]),
    );
    expect(stated).toEqual(LIMITS);
  });

  it("has no link to a page or a heading that isn't there", () => {
    const anchors = new Map([...texts].map(([page, text]) => [page, anchorsOf(text)]));
    let count = 0;
    for (const [page, text] of texts) {
      if (!page.startsWith("specification/")) continue;
      for (const [, target] of text.matchAll(/\]\(([^)]+)\)/g)) {
        if (/^(https?:|\.\.\/)/.test(target!)) continue;
        const [file, anchor] = target!.split("#");
        const headings = anchors.get(file === "" ? page : `specification/${file}`);
        expect(headings, `${page}: ${target}`).toBeDefined();
        if (anchor !== undefined) expect(headings, `${page}: ${target}`).toContain(anchor);
        count++;
      }
    }
    expect(count).toBeGreaterThan(30);
  });
});

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(text: string): string[] {
  return (text.match(/^#+ .+$/gm) ?? []).map((heading) =>
    heading
      .replace(/^#+ /, "")
      .toLowerCase()
      .replace(/[^a-z0-9 _-]/g, "")
      .replaceAll(" ", "-"),
  );
}
