import { stat } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { BananaError, LOCKFILE, PROJECT_MANIFEST } from "@banana-peel/format";
import type { Command } from "commander";
import { shellWord } from "./ui/format.js";

/** The command that may make the app's folder. */
const MAKES = "init";

/** Commands that have nothing to do, and would report success, where there is no project. */
const NEEDS = new Set(["audit", "install", "list", "outdated", "remove", "update", "why"]);

/**
 * Holds `--project` to a folder that is there, and to one with a project where a command needs one: an `audit` of a
 * mistyped folder, or of a wrong one, would find nothing, and say that all is well.
 * @throws BananaError FILE_MISSING
 */
export async function requireProject(command: Command): Promise<void> {
  const { project } = command.opts<{ project?: string }>();
  if (project === undefined || command.name() === MAKES) return;
  const found = await stat(project).catch(() => undefined);
  if (!found?.isDirectory())
    throw new BananaError("FILE_MISSING", `expected the app's folder, found no folder ${project}`, {
      where: project,
      hint: "Check the path after --project.",
    });
  if (!NEEDS.has(command.name()) || command.parent?.parent || (await isProject(project))) return;
  const above = await projectAbove(resolve(project));
  throw new BananaError("FILE_MISSING", `expected ${PROJECT_MANIFEST} in the app's folder, found none`, {
    where: resolve(project),
    hint:
      above === undefined
        ? "Go to the app's folder, or name it with -C DIR; banana-peel init --base DIR begins an app."
        : `There is one above: banana-peel ${command.name()} -C ${shellWord(relative(process.cwd(), above) || ".")}`,
  });
}

/** Whether a folder has a project's files: a lockfile alone is one whose banana.json went missing. */
async function isProject(folder: string): Promise<boolean> {
  for (const name of [PROJECT_MANIFEST, LOCKFILE])
    if ((await stat(join(folder, name)).catch(() => undefined)) !== undefined) return true;
  return false;
}

async function projectAbove(folder: string): Promise<string | undefined> {
  const above = dirname(folder);
  if (above === folder) return undefined;
  return (await isProject(above)) ? above : projectAbove(above);
}
