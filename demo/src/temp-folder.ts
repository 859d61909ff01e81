import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder of the demo's own, under the system's folder for temporary files. */
export interface TempFolder {
  readonly path: string;
  /** Removes it with all it holds. */
  remove(): void;
}

/**
 * The folder that scripts/demo.mjs made and will remove, else a new one. It is removed at the process's end at the
 * latest.
 * @param given path of the folder that was made for the demo
 */
export function makeTempFolder(given: string | undefined): TempFolder {
  const path = given ?? mkdtempSync(join(tmpdir(), "banana-peel-demo-"));
  const remove = () => {
    // Twice: a write that was under way in another thread may have come after the first.
    for (let i = 0; i < 2 && existsSync(path); i++)
      rmSync(path, { recursive: true, force: true, maxRetries: 5 });
  };
  process.on("exit", remove);
  return { path, remove };
}
