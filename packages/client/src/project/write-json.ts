import type { Lockfile, ProjectManifest } from "@banana-peel/format";

/**
 * The text of banana.json: keys in the schema's order, peels, overrides and trust sorted by name, two spaces of indent, a
 * newline at the end, so that a change is a small diff.
 */
export function projectText(project: ProjectManifest): string {
  const { $schema, formatVersion, bases, peels, overrides, sharedRoles, trust } = project;
  return text({
    ...($schema === undefined ? {} : { $schema }),
    formatVersion,
    ...(bases === undefined ? {} : { bases }),
    ...(peels === undefined ? {} : { peels: sorted(peels) }),
    ...(overrides === undefined ? {} : { overrides: sorted(overrides) }),
    ...(sharedRoles === undefined ? {} : { sharedRoles }),
    ...(trust === undefined ? {} : { trust: sorted(trust) }),
  });
}

/** The text of banana.lock, in the same way; adapters keep the order of the project's bases. */
export function lockText(lock: Lockfile): string {
  const peels = Object.entries(sorted(lock.peels)).map(([name, entry]) => {
    const { version, registry, integrity, signer, dependencies, adapters } = entry;
    const ordered = adapters.map(({ file, family, version, digest }) => ({ file, family, version, digest }));
    const needs = dependencies === undefined ? {} : { dependencies: sorted(dependencies) };
    return [name, { version, registry, integrity, signer, ...needs, adapters: ordered }];
  });
  return text({ lockVersion: lock.lockVersion, peels: Object.fromEntries(peels) });
}

function text(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function sorted<T>(items: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(items).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}
