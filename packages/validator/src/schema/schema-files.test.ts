import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import * as checks from "../generated/schemas.js";
import { MAX_PROBLEMS } from "../problem.js";
import { checkSchema, type SchemaName } from "./check-schema.js";
import type { AjvError } from "./describe.js";

interface SchemaCase {
  kind: "valid" | "invalid";
  place: string;
  keyword: string;
  document: () => unknown;
}

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const { casesOf } = await import(join(root, "scripts/schema-tests/cases.mjs"));
const { samples } = await import(join(root, "scripts/schema-tests/samples.mjs"));
const names: SchemaName[] = ["peel", "base", "project", "lock"];

/** The keywords that a document breaks. */
function broken(name: SchemaName, data: unknown): string[] {
  const check = (checks as unknown as Record<SchemaName, { (data: unknown): boolean; errors?: AjvError[] }>)[
    name
  ];
  return check(data) ? [] : check.errors!.map(({ keyword }) => keyword);
}

async function documents(kind: string, name: string): Promise<[file: string, data: unknown][]> {
  const folder = join(root, "schemas/tests", kind, name);
  const files = (await readdir(folder)).sort();
  return Promise.all(
    files.map(
      async (file): Promise<[string, unknown]> => [
        file,
        JSON.parse(await readFile(join(folder, file), "utf8")),
      ],
    ),
  );
}

describe.each(names)("schemas/tests of %s", async (name) => {
  const valid = await documents("valid", name);
  const invalid = await documents("invalid", name);
  const inMemory: SchemaCase[] = casesOf(
    JSON.parse(await readFile(join(root, "schemas", `${name}.schema.json`), "utf8")),
    samples[name].full,
  );

  it("are there, the invalid ones in the majority", () => {
    expect(valid.length).toBeGreaterThanOrEqual(2);
    expect(invalid.length).toBeGreaterThan(valid.length);
  });

  it.each(valid)("takes %s", (_, data) => {
    expect(checkSchema(name, data)).toEqual([]);
  });

  it.each(invalid)("refuses %s, for its keyword, in plain words", (file, data) => {
    expect(broken(name, data)).toContain(file.split(".")[1]);
    const problems = checkSchema(name, data);
    expect(problems.length).toBeGreaterThan(0);
    for (const { message, where, hint, rule, severity } of problems) {
      expect(message).toMatch(/^expected .+, found .+/);
      expect(message.length).toBeLessThan(400);
      expect(where).toMatch(/^(peel\.json|base\.json|banana\.json|banana\.lock)/);
      expect(hint).toMatch(/^[A-Z].*[.?]$/);
      expect([rule, severity]).toEqual([`${name}/schema`, "error"]);
    }
  });

  it("hold for the documents that are too large for files, too", () => {
    const written = new Set([
      ...valid.map(([file]) => `valid/${file}`),
      ...invalid.map(([file]) => `invalid/${file}`),
    ]);
    const large = inMemory.filter(({ kind, place }) => !written.has(`${kind}/${place}.json`));
    for (const { keyword, document, place, kind } of large) {
      const found = broken(name, document());
      if (kind === "invalid") expect(found, place).toContain(keyword);
      else expect(found, place).toEqual([]);
    }
    for (const { document } of large)
      expect(JSON.stringify(document(), null, 2).length).toBeGreaterThan(16_000);
  });
});

describe("a hostile document", () => {
  it("gives at most MAX_PROBLEMS, in bounded time", () => {
    const peel = { adapters: new Array(50_000).fill({}), triggers: new Array(50_000).fill(0) };
    expect(checkSchema("peel", peel)).toHaveLength(MAX_PROBLEMS);
    const base = { targets: new Array(20_000).fill({ scheme: {} }) };
    expect(checkSchema("base", base)).toHaveLength(MAX_PROBLEMS);
  });

  it("can't fill the screen or hide in a pointer", () => {
    const key = `a/b~c\u001b[2J${"x".repeat(5000)}`;
    for (const { message, where } of checkSchema("peel", { [key]: "y".repeat(5000) })) {
      expect(message.length).toBeLessThan(400);
      expect(where.length).toBeLessThan(400);
      expect(message).not.toContain("\u001b");
    }
  });
});
