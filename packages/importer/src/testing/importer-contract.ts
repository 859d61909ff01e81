import { isBananaError } from "@banana-peel/format";
import { expect, it } from "vitest";
import type { Importer, LoraFiles } from "../importer.js";

/** Files that an importer must and must not take. */
export interface ContractFiles {
  /** At least one file of the format. */
  readonly own: readonly LoraFiles[];
  /** Files of other formats. */
  readonly foreign: readonly LoraFiles[];
}

/**
 * What every Importer keeps to; a third party runs it on its own. Call it inside a vitest `describe`.
 */
export function importerContract(importer: Importer, { own, foreign }: ContractFiles): void {
  it("has an id and a title", () => {
    expect(importer.id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(importer.title.trim()).not.toBe("");
  });

  it("detects its own files and no others", () => {
    for (const files of own) expect(importer.detect(files), files.label).toBe(true);
    for (const files of foreign) expect(importer.detect(files), files.label).toBe(false);
  });

  it("detects by names alone", () => {
    const broken = (files: LoraFiles): LoraFiles => ({
      ...files,
      tensors: new Map(
        [...files.tensors].map(([name]) => [name, { dtype: "BOOL", shape: [], data: new Uint8Array() }]),
      ),
    });
    for (const files of own) expect(importer.detect(broken(files))).toBe(true);
  });

  it("accounts for every tensor, in modules whose deltas agree with themselves", () => {
    for (const files of own) {
      const { modules, refused } = importer.read(files);
      expect(modules.length + refused.length).toBeGreaterThan(0);
      const names = [...modules, ...refused].map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
      for (const { name, delta, path } of modules) {
        expect(name).not.toBe("");
        expect(path.text).not.toBe("");
        const row = new Float64Array(delta.k);
        for (let i = 0; i < delta.n; i++) {
          delta.row(i, row);
          expect(row.every(Number.isFinite)).toBe(true);
        }
        if (delta.exactRank === undefined) continue;
        const { rank, a, b } = delta.exact();
        expect([rank, a.rows, a.columns]).toEqual([delta.exactRank, rank, delta.k]);
        expect([b.rows, b.columns]).toEqual([delta.n, rank]);
      }
      for (const { feature, reason, mend } of refused)
        for (const text of [feature, reason, mend]) expect(text.trim()).not.toBe("");
    }
  });

  it("gives the same for the same files, and leaves them as they were", () => {
    for (const files of own) {
      const before = [...files.tensors].map(([name, { data }]) => [name, [...data]]);
      const names = () => importer.read(files).modules.map(({ name }) => name);
      expect(names()).toEqual(names());
      expect([...files.tensors].map(([name, { data }]) => [name, [...data]])).toEqual(before);
    }
  });

  it("refuses a tensor that it doesn't know, by a refusal or a BananaError", () => {
    for (const files of own) {
      const stray = { dtype: "F32" as const, shape: [1], data: new Uint8Array(4) };
      const more = { ...files, tensors: new Map([...files.tensors, ["no.such.tensor_", stray] as const]) };
      try {
        expect(importer.read(more).refused.map(({ name }) => name)).toContain("no.such.tensor_");
      } catch (error) {
        if (!isBananaError(error)) throw error;
      }
    }
  });
}
