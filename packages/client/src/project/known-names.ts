import { BananaError, parsePeelRequest } from "@banana-peel/format";
import { nearest } from "@banana-peel/resolver";
import type { Project } from "./read-project.js";

/** Names that a project asks for or has locked, sorted. */
export function projectNames({ manifest, lock }: Pick<Project, "manifest" | "lock">): string[] {
  return [...new Set([...Object.keys(manifest.peels ?? {}), ...Object.keys(lock.peels)])].sort();
}

/**
 * The full names of peels that a person named, each of them one of the project's; a name twice counts once.
 * @throws BananaError NAME_INVALID; USAGE for a name with a range; PEEL_NOT_ADDED with the nearest names
 */
export function knownNames(texts: readonly string[], project: Pick<Project, "manifest" | "lock">): string[] {
  const known = projectNames(project);
  const names = texts.map((text) => {
    const { name, range } = parsePeelRequest(text);
    if (range !== undefined)
      throw new BananaError("USAGE", `expected a name alone, found ${JSON.stringify(text)}`, {
        where: text,
        hint: `To ask for another range: banana-peel add ${name}@${range}`,
      });
    if (known.includes(name)) return name;
    const near = nearest(name, known);
    throw new BananaError("PEEL_NOT_ADDED", `expected a peel of the project, found ${name}`, {
      where: name,
      hint:
        near.length > 0
          ? `Did you mean ${near.join(" or ")}?`
          : "banana-peel list shows the project's peels.",
      details: { name, nearest: near },
    });
  });
  return [...new Set(names)];
}
