import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readAdapter } from "@banana-peel/format";
import { folderSource } from "@banana-peel/format/node";
import { describe, expect, it } from "vitest";
import { inspectAdapter } from "./adapter/inspect.js";
import { isAcceptable, parseBaseCard, RULE_CODES, validatePeel } from "./index.js";
import { conformanceCard, conformanceCases } from "./testing/conformance.js";

const card = parseBaseCard(await conformanceCard());
const valid = await conformanceCases("valid");
const invalid = await conformanceCases("invalid");

/** Rules that no folder in a repository can break, tested beside their code. */
const ELSEWHERE = ["peel/file-too-large", "peel/file-unused", "peel/limits", "peel/path-collision"];

describe("conformance cases", () => {
  it("are there, the invalid ones in the majority", () => {
    expect(valid.length).toBeGreaterThan(3);
    expect(invalid.length).toBeGreaterThan(valid.length);
  });

  it.each([...valid, ...invalid])("$kind/$name", async ({ peel, rules, kind }) => {
    const problems = await validatePeel(folderSource(peel), { bases: [card] });
    expect([...new Set(problems.map(({ rule }) => rule))].sort(), JSON.stringify(problems, null, 1)).toEqual(
      rules,
    );
    expect(isAcceptable(problems)).toBe(kind === "valid");
    for (const { message, where, hint } of problems) {
      expect(message).toMatch(/^expected /);
      expect(where).not.toBe("");
      expect(hint).toMatch(/^[A-Z].*[.?]$/);
    }
  });

  it("break every rule of a peel at least once", () => {
    const broken = new Set([...valid, ...invalid].flatMap(({ rules }) => rules));
    const unbroken = RULE_CODES.filter((rule) => rule.startsWith("peel/") && !broken.has(rule));
    expect(unbroken).toEqual(ELSEWHERE);
  });

  it("are judged as readAdapter judges them", async () => {
    let compared = 0;
    for (const { peel } of [...valid, ...invalid]) {
      const bytes = await readFile(join(peel, "adapter.safetensors")).catch(() => undefined);
      if (bytes === undefined) continue;
      const isSound = (await inspectAdapter(piecesOf(bytes), "adapter.safetensors")).problems.length === 0;
      const read = () => readAdapter(bytes, "adapter.safetensors");
      if (isSound) expect(read, peel).not.toThrow();
      else expect(read, peel).toThrow(/^expected/);
      compared++;
    }
    expect(compared).toBeGreaterThan(50);
  });
});

async function* piecesOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000);
}
