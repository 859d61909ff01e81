import { resolve } from "node:path";
import { BananaError } from "@banana-peel/format";

/**
 * The base that a command works on: the folder that was named, else the project's one and only.
 * @throws BananaError USAGE when there is none or several to choose from; of the project's files
 */
export async function baseFolder(named: string | undefined, project: string): Promise<string> {
  if (named !== undefined) return resolve(named);
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
