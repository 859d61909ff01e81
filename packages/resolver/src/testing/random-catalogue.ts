import type { CatalogueEntry, CatalogueVersion, ProjectBase } from "../catalogue.js";

/** Everything that one case of the comparison is made of. */
export interface RandomCase {
  readonly entries: readonly CatalogueEntry[];
  readonly bases: readonly ProjectBase[];
  readonly requests: readonly { name: string; range: string | undefined }[];
  readonly locked: ReadonlyMap<string, string>;
  readonly fresh: ReadonlySet<string>;
  readonly overrides: Readonly<Record<string, string>>;
  readonly sharedRoles: readonly string[];
}

/** A generator of numbers in [0, 1) from a seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const VERSIONS = ["1.0.0", "1.1.0", "2.0.0-rc.1", "2.0.0", "2.1.0"];
const RANGES = [
  "*",
  "^1.0.0",
  "^2.0.0",
  "<2.0.0",
  ">=1.1.0",
  "1.0.0",
  "~2.0.0",
  ">=2.0.0-rc.0 <2.1.0",
  "^3.0.0",
];
const BASES: ProjectBase[] = [
  { family: "nano", version: "1.2.0", digest: `sha256:${"a".repeat(64)}` },
  { family: "minilm", version: "3.0.0", digest: `sha256:${"b".repeat(64)}` },
];

/** A small catalogue in which much contradicts, the same for the same seed. */
export function randomCase(seed: number): RandomCase {
  const random = randomOf(seed);
  // In every other case little is asked for and much is needed, in ranges that are wide: there the order decides.
  const hard = seed % 2 === 0;
  const [asking, needing] = hard ? [0.5, 0.35] : [0.2, 0.7];
  const ranges = hard ? RANGES : [...RANGES.slice(0, 5), "*", "*", "*", "*"];
  const chance = (p: number) => random() < p;
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
  const names = ["a", "b", "c", "d", "e"]
    .slice(0, 2 + Math.floor(random() * 4))
    .map((name) => `@peels/${name}`);
  const known = names.filter((_, i) => i < 2 || chance(0.95));
  const bases = chance(0.7) ? BASES.slice(0, 1) : BASES;
  const others = (name: string, p: number) =>
    Object.fromEntries(
      names.filter((other) => other !== name && chance(p)).map((other) => [other, pick(ranges)]),
    );
  const entries = known.map((name): CatalogueEntry => {
    const versions = VERSIONS.filter(() => chance(hard ? 0.55 : 0.8)).map((version): CatalogueVersion => {
      const adapters = [
        ...(chance(hard ? 0.85 : 1)
          ? [{ family: "nano", range: pick(hard ? ["^1.0.0", "^1.0.0", "*", "^2.0.0"] : ["^1.0.0", "*"]) }]
          : []),
        ...(chance(0.5) ? [{ family: "minilm", range: "*" }] : []),
      ];
      return {
        version,
        integrity: `sha512-${name}-${version}`,
        tarball: `http://registry.test/${name}-${version}.tgz`,
        adapters: chance(0.03) ? undefined : adapters,
        ...(chance(0.5) ? { dependencies: others(name, needing) } : {}),
        ...(chance(0.2) ? { conflicts: others(name, 0.3) } : {}),
        ...(chance(0.2) ? { roles: [pick(["style", "size"])] } : {}),
        ...(chance(0.2) ? { deprecated: "old" } : {}),
      };
    });
    const distTags: Record<string, string> =
      versions.length > 0 && chance(0.5) ? { latest: pick(versions).version } : {};
    return { name, registry: "http://registry.test/", distTags, versions };
  });
  const asked = names.filter((_, i) => i === 0 || chance(asking));
  return {
    entries,
    bases,
    requests: asked.map((name) => ({ name, range: chance(0.3) ? undefined : pick([...ranges, "latest"]) })),
    locked: new Map(names.filter(() => chance(0.3)).map((name) => [name, pick(VERSIONS)])),
    fresh: new Set(asked.filter(() => chance(0.3))),
    overrides: chance(0.15) ? { [pick(names)]: pick(RANGES) } : {},
    sharedRoles: chance(0.2) ? ["style"] : [],
  };
}
