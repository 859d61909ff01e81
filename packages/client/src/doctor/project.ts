import { join } from "node:path";
import { isBananaError, PROJECT_MANIFEST } from "@banana-peel/format";
import { nodeDisk } from "../disk/disk.js";
import { exists } from "../disk/remove.js";
import { listPeels } from "../list.js";
import { readProject } from "../project/read-project.js";
import type { Check } from "./finding.js";

/** banana.json, banana.lock, the bases and the peels of the project, where there is one. */
export const checkProject: Check = async ({ project }) => {
  if (!(await exists(nodeDisk, join(project, PROJECT_MANIFEST))))
    return [{ check: "project", status: "skipped", message: `no ${PROJECT_MANIFEST} in ${project}` }];
  try {
    const { bases } = await readProject(project, nodeDisk);
    const peels = await listPeels({ project });
    const wrong = peels.filter(({ state }) => state !== "ok");
    if (wrong.length > 0)
      return [
        {
          check: "project",
          status: "error",
          message: wrong.map(({ name, state }) => `${name} is ${state}`).join(", "),
          hint: "banana-peel install brings back what banana.lock says.",
        },
      ];
    if (bases.length === 0)
      return [
        {
          check: "project",
          status: "warning",
          message: "no base, so nothing can be added",
          hint: "banana-peel base add DIR",
        },
      ];
    const families = bases.map(({ family, version }) => `${family} ${version}`).join(", ");
    return [
      {
        check: "project",
        status: "ok",
        message: `${peels.length} ${peels.length === 1 ? "peel" : "peels"}, all verified, for ${families}`,
      },
    ];
  } catch (error) {
    if (!isBananaError(error)) throw error;
    return [
      {
        check: "project",
        status: "error",
        message: `${error.message}${error.where === undefined ? "" : ` (${error.where})`}`,
        ...(error.hint === undefined ? {} : { hint: error.hint }),
      },
    ];
  }
};
