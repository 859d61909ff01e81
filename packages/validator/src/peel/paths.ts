import { isSafePath } from "@banana-peel/format";
import { type Problem, problem } from "../problem.js";
import type { PeelContext } from "./context.js";

/** Characters of a path that a message shows. */
const SHOWN = 300;
/** Bytes of the fields of a ustar header that hold an entry's path (POSIX.1-1988). */
const USTAR_NAME = 100;
const USTAR_PREFIX = 155;

/** peel/path-unsafe and peel/path-collision. Specification: docs/specification/peel.md, Paths. */
export function checkPaths({ files }: PeelContext): Problem[] {
  const problems: Problem[] = [];
  /** The spelling of each path and each folder, by its lower-case form. */
  const spellings = new Map<string, string>();
  for (const path of files.paths) {
    if (!isSafePath(path) || !fitsUstar(`package/${path}`)) problems.push(unsafe(path));
    const parts = path.split("/");
    for (let depth = 1; depth <= parts.length; depth++) {
      const prefix = parts.slice(0, depth).join("/");
      const other = spellings.get(prefix.toLowerCase());
      if (other === undefined) spellings.set(prefix.toLowerCase(), prefix);
      else if (other !== prefix) {
        problems.push(collision(prefix, other, path));
        break;
      }
    }
  }
  return problems;
}

/** True when a path can be written as ustar's prefix, a slash, and name. */
function fitsUstar(path: string): boolean {
  if (path.length <= USTAR_NAME) return true;
  const slash = path.indexOf("/", path.length - USTAR_NAME - 1);
  return slash > 0 && slash <= USTAR_PREFIX && slash < path.length - 1;
}

function unsafe(path: string): Problem {
  return problem("peel/path-unsafe", {
    message: `expected a plain relative path, found ${JSON.stringify(path.slice(0, SHOWN))}`,
    where: path.slice(0, SHOWN),
    hint: "Rename it: letters, digits, '.', '_' and '-' only, no part that begins with '.' or '-', short parts.",
  });
}

function collision(prefix: string, other: string, path: string): Problem {
  return problem("peel/path-collision", {
    message: `expected paths that differ in more than case, found ${prefix.slice(0, SHOWN)} and ${other.slice(0, SHOWN)}`,
    where: path.slice(0, SHOWN),
    hint: "Rename or remove one of the two.",
  });
}
