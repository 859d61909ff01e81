import { stat } from "node:fs/promises";
import { BananaError } from "@banana-peel/format";
import type { Command } from "commander";

/** The command that may make the app's folder. */
const MAKES = "init";

/**
 * Holds `--project` to a folder that is there: an `audit` of a mistyped one would find nothing, and say that all is well.
 * @throws BananaError FILE_MISSING
 */
export async function requireProject(command: Command): Promise<void> {
  const { project } = command.opts<{ project?: string }>();
  if (project === undefined || command.name() === MAKES) return;
  const found = await stat(project).catch(() => undefined);
  if (found?.isDirectory()) return;
  throw new BananaError("FILE_MISSING", `expected the app's folder, found no folder ${project}`, {
    where: project,
    hint: "Check the path after --project.",
  });
}
