import { readdir, readFile } from "node:fs/promises";

const DOCS = new URL("../../docs/", import.meta.url);

/** Sentences of docs/, sorted, each once. */
export async function sentences() {
  const files = (await readdir(DOCS, { recursive: true })).filter((file) => file.endsWith(".md")).sort();
  const found = new Set();
  for (const file of files) {
    const text = (await readFile(new URL(file, DOCS), "utf8")).replace(/```.*?```/gs, "");
    for (const paragraph of text.split("\n\n")) {
      if (/^\s*[|#<]/.test(paragraph)) continue;
      const line = paragraph
        .split(/\s+/)
        .join(" ")
        .replace(/[`*]|\]\([^)]*\)|\[/g, "");
      for (const sentence of line.split(/(?<=[.!?])\s+(?=[A-Z])/))
        if (sentence.split(" ").length >= 4) found.add(sentence);
    }
  }
  return [...found].sort();
}
