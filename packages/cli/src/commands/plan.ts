import { interruptible, print } from "../io.js";
import { planText } from "../ui/plan.js";
import { examples } from "./examples.js";
import { type PlanFlags, planChoice, planOptions } from "./plan-options.js";
import type { Register } from "./table.js";

/** `plan`: what peels would do to a base. */
export const planCommand: Register = (program, io) =>
  planOptions(
    program
      .command("plan")
      .description(
        "show what peels would do to a base, target by target, and how much of each change is kept",
      )
      .argument("<peel...>", "folder, tarball, or name of an installed peel"),
    ["auto", "attach", "merge", "promote"],
  )
    .option("-p, --picture <file>", "draw it too: .svg, .html, or .png (which needs @resvg/resvg-js)")
    .addHelpText(
      "after",
      examples(
        ["plan ./my-peel --base ./bases/nano", "a table"],
        ["plan medical-imaging --strategy merge -p plan.html", "what merging all of it would keep"],
        ["plan cat dog --weight 0.8 0.5", "two peels of the app together"],
      ),
    )
    .action(async (peels: string[], options: PlanFlags & { picture?: string }) => {
      const { openUses, useReport } = await import("../peel-uses.js");
      const { baseFolder } = await import("../base-folder.js");
      const { openModels } = await import("@banana-peel/runtime/node");
      const { project, weight, picture } = options;
      const report = await interruptible(io, async ({ signal, status }) => {
        const folder = await baseFolder(options.base, project);
        status(`checking ${folder}`);
        const models = await openModels(folder, { signal });
        const uses = await openUses(peels, weight, models, project);
        const plan = await models.plan(uses, { ...planChoice(options, status), signal });
        const { family, version } = models.card;
        return { base: { family, version, digest: models.digest }, peels: uses.map(useReport), plan };
      });
      if (picture !== undefined) {
        const { writePicture } = await import("../picture/write-picture.js");
        await writePicture(picture, report);
      }
      print(io, options, picture === undefined ? report : { ...report, picture }, () =>
        planText(report, io.colours, picture),
      );
    });
