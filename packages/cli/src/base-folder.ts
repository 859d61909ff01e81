import { resolve } from "node:path";
import { BananaError } from "@banana-peel/format";

/**
 * The base that a command works on: the folder or package that was named, else the project's one and only.
 * @throws BananaError USAGE when there is none or several to choose from; of the project's files
 */
export async function baseFolder(named: string | undefined, project: string): Promise<string> {
  if (named !== undefined) return (await baseFolders([named]))[0]!;
  const { nodeDisk, openProject } = await import("@banana-peel/client");
  const { bases } = await openProject(project, nodeDisk);
  const [only] = bases;
  if (only !== undefined && bases.length === 1) return only.folder;
  const found =
    bases.length === 0 ? "no banana.json that names one" : bases.map(({ folder }) => folder).join(", ");
  throw new BananaError("USAGE", `expected a base, found ${found}`, {
    where: "--base",
    hint: "Name its folder: --base DIR",
  });
}

/** Folders of bases, each named by its folder or as a package in node_modules. */
export async function baseFolders(named: readonly string[]): Promise<string[]> {
  const { baseFolder: find } = await import("@banana-peel/runtime/node");
  return Promise.all(named.map(async (name) => resolve(await find(name))));
}
