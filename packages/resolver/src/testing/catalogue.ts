import type { AdapterFit, Catalogue, CatalogueEntry, CatalogueVersion, ProjectBase } from "../catalogue.js";

export const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
export const nano: ProjectBase = { family: "nano", version: "1.2.0", digest: digest("a") };
export const minilm: ProjectBase = { family: "minilm", version: "3.0.0", digest: digest("b") };
export const onNano: AdapterFit = { family: "nano", range: "^1.0.0" };
export const onMinilm: AdapterFit = { family: "minilm", range: "^3.0.0" };

/** What a version says; without adapters it fits nano. */
export type Saying = Partial<
  Pick<CatalogueVersion, "adapters" | "dependencies" | "conflicts" | "roles" | "deprecated">
>;

/** An entry of the name @peels/NAME. */
export function entry(
  name: string,
  versions: Readonly<Record<string, Saying>>,
  distTags: Record<string, string> = {},
): CatalogueEntry {
  const full = `@peels/${name}`;
  return {
    name: full,
    registry: "http://registry.test/",
    distTags,
    versions: Object.entries(versions).map(([version, saying]) => ({
      version,
      integrity: `sha512-${version}`,
      tarball: `http://registry.test/${full}-${version}.tgz`,
      adapters: [onNano],
      ...saying,
    })),
  };
}

/** A catalogue that remembers what it was asked, wave by wave. */
export function catalogueOf(...entries: CatalogueEntry[]): Catalogue & { readonly waves: string[][] } {
  const waves: string[][] = [];
  let open: string[] | undefined;
  return {
    waves,
    async versions(name) {
      if (open === undefined) {
        open = [];
        waves.push(open);
      }
      open.push(name);
      await new Promise((done) => setImmediate(done));
      open = undefined;
      return entries.find((item) => item.name === name);
    },
  };
}
