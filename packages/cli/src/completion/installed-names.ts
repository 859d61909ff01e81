import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Bytes of banana.json beyond which nobody waits for a completion. */
const MAX = 1_000_000;

/**
 * Names of the peels that the project of a folder asks for, full and, for those of @peels, short. Completion must
 * be quick and silent: a file that can't be read gives none, and the file is not validated.
 */
export async function installedNames(folder: string): Promise<string[]> {
  for (let place = folder; ; place = dirname(place)) {
    const text = await readFile(join(place, "banana.json"), "utf8").catch(() => undefined);
    if (text !== undefined) return text.length > MAX ? [] : namesIn(text);
    if (dirname(place) === place) return [];
  }
}

function namesIn(text: string): string[] {
  try {
    const { peels } = JSON.parse(text) as { peels?: Record<string, unknown> };
    const names = Object.keys(peels ?? {});
    return names.flatMap((name) =>
      name.startsWith("@peels/") ? [name.slice("@peels/".length), name] : [name],
    );
  } catch {
    return [];
  }
}
