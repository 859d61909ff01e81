import { interruptible, print } from "../io.js";
import { planTitle, planTotals } from "../ui/plan.js";
import { examples } from "./examples.js";
import { type PlanFlags, planChoice, planOptions } from "./plan-options.js";
import type { Register } from "./table.js";

/** `merge`: a base with peels folded in. */
export const mergeCommand: Register = (program, io) =>
  planOptions(
    program
      .command("merge")
      .description("write a base with peels folded in: ONNX models that plain ONNX Runtime loads")
      .argument("<peel...>", "folder, tarball, or name of an installed peel"),
    ["auto", "attach", "merge", "promote"],
  )
    .requiredOption("-o, --out <dir>", "folder to make")
    .addHelpText(
      "after",
      examples(
        ["merge medical-imaging -o ./merged", "a branch in the model where merging would keep too little"],
        ["merge ./my-peel --base ./bases/nano -o ./merged --strategy merge", "whatever it keeps"],
        ["merge ./my-peel --base ./bases/int4 -o ./merged --strategy promote", "8 bits where there were 4"],
      ),
    )
    .action(async (peels: string[], options: PlanFlags & { out: string }) => {
      const { openUses, useReport } = await import("../peel-uses.js");
      const { baseFolder } = await import("../base-folder.js");
      const { openModels, writeMerged } = await import("@banana-peel/runtime/node");
      const { project, weight, out } = options;
      const report = await interruptible(io, async ({ signal, status }) => {
        const folder = await baseFolder(options.base, project);
        status(`checking ${folder}`);
        const models = await openModels(folder, { signal });
        const { card, digest } = models;
        const uses = await openUses(peels, weight, models, project);
        const merged = await models.merge(uses, { ...planChoice(options, status), signal });
        status(`writing ${out}`);
        const { mergedFiles } = await import("../merged-files.js");
        const files = await mergedFiles(folder, models, uses);
        const written = await writeMerged({
          base: folder,
          card,
          uses,
          merged,
          out,
          files: files.files,
          signal,
        });
        return {
          base: { family: card.family, version: card.version, digest },
          peels: uses.map(useReport),
          folder: written.folder,
          models: written.models,
          tags: files.tags,
          left: files.left,
          plan: merged.plan,
        };
      });
      print(io, options, report, () => {
        const { colours } = io;
        const models = Object.entries(report.models).map(
          ([name, path]) => `  ${colours.dim(name)}  ${path}\n`,
        );
        const tags =
          report.tags.length > 0 ? `  ${colours.dim("new tags")}  ${report.tags.join(", ")}\n` : "";
        const left = report.left.map(
          (word) => `the trigger word ${word} takes several rows, which a tag has not: it is left out`,
        );
        const warnings = [...report.plan.warnings, ...left].map(
          (warning) => `${colours.yellow("warning")}: ${warning}\n`,
        );
        return `${colours.green("merged")} ${planTitle(report)}\n${planTotals(report.plan)}\n${models.join("")}${tags}${warnings.join("")}`;
      });
    });
