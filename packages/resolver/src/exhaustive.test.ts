import { isBananaError } from "@banana-peel/format";
import { expect, it } from "vitest";
import { resolve } from "./resolve.js";
import { resolveExhaustively } from "./testing/exhaustive.js";
import { type RandomCase, randomCase } from "./testing/random-catalogue.js";
import type { WayOut } from "./ways-out.js";

const CASES = Number(process.env.CASES ?? 1000);

/** Resolves a case; undefined when it is refused. */
async function resolved(given: RandomCase) {
  const catalogue = { versions: async (name: string) => given.entries.find((entry) => entry.name === name) };
  try {
    const { peels } = await resolve({ ...given, catalogue });
    return new Map(peels.map(({ name, version }) => [name, version]));
  } catch (error) {
    if (!isBananaError(error)) throw error;
    return error;
  }
}

/** A case with a way out that an error offers. */
function changed(
  given: RandomCase,
  { peels = {}, overrides, sharedRoles = [], remove }: WayOut["change"],
): RandomCase {
  return {
    ...given,
    requests: given.requests
      .filter(({ name }) => name !== remove)
      .map(({ name, range }) => ({ name, range: peels[name] ?? range })),
    overrides: { ...given.overrides, ...overrides },
    sharedRoles: [...given.sharedRoles, ...sharedRoles],
  };
}

it(`gives what trying everything gives, and ways out that are some, for ${CASES} random catalogues`, {
  timeout: 60_000,
}, async () => {
  const counts = { solved: 0, conflicts: 0, refused: 0, most: 0, ways: 0, ordered: 0 };
  for (let seed = 1; seed <= CASES; seed++) {
    const given = randomCase(seed);
    const known = given.requests.every(({ name }) => given.entries.some((entry) => entry.name === name));
    const expected = known ? resolveExhaustively(given) : undefined;
    const found = await resolved(given);
    if (expected === undefined) {
      if (!isBananaError(found)) throw new Error(`seed ${seed}: nothing fits, found ${[...found].join(" ")}`);
      if (found.code === "RESOLUTION_CONFLICT") {
        counts.conflicts++;
        for (const way of (found.details?.waysOut ?? []) as WayOut["change"][]) {
          expect(resolveExhaustively(changed(given, way)), `seed ${seed}: ${found.hint}`).toBeDefined();
          counts.ways++;
        }
      } else counts.refused++;
    } else {
      const sorted = [...expected].sort(([a], [b]) => (a < b ? -1 : 1));
      expect(isBananaError(found) ? `seed ${seed}: ${found.message}` : [...found], `seed ${seed}`).toEqual(
        sorted,
      );
      counts.solved++;
      if (sorted.filter(([name]) => !given.requests.some((item) => item.name === name)).length > 1)
        counts.ordered++;
      counts.most = Math.max(counts.most, sorted.length);
    }
  }
  // The comparison says something only while all kinds of ends are there.
  expect(counts.solved).toBeGreaterThan(200);
  expect(counts.conflicts).toBeGreaterThan(50);
  expect(counts.refused).toBeGreaterThan(50);
  expect(counts.most).toBeGreaterThan(3);
  expect(counts.ways).toBeGreaterThan(50);
  expect(counts.ordered).toBeGreaterThan(50);
});
