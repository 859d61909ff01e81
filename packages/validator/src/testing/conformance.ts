import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** A folder of packages/conformance/cases. */
export interface ConformanceCase {
  name: string;
  kind: "valid" | "invalid";
  /** The folder that holds the peel. */
  peel: string;
  /** The codes of every rule that is broken, sorted, each once. */
  rules: string[];
}

const CASES = fileURLToPath(new URL("../../../conformance/cases/", import.meta.url));

/** Every conformance case of a kind. */
export async function conformanceCases(kind: "valid" | "invalid"): Promise<ConformanceCase[]> {
  const names = await readdir(join(CASES, kind));
  return Promise.all(
    names.sort().map(async (name) => {
      const expected = await readFile(join(CASES, kind, name, "expect.json"), "utf8");
      return {
        name,
        kind,
        peel: join(CASES, kind, name, "peel"),
        ...(JSON.parse(expected) as { rules: string[] }),
      };
    }),
  );
}

/** The bytes of the base card that the cases are made for. */
export async function conformanceCard(): Promise<Uint8Array> {
  return readFile(join(CASES, "base", "base.json"));
}
