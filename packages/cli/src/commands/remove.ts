import { interruptible, print } from "../io.js";
import { duration, plural } from "../ui/format.js";
import { examples } from "./examples.js";
import type { Register } from "./table.js";

/** `remove`: takes peels away from a project. */
export const removeCommand: Register = (program, io) =>
  program
    .command("remove")
    .description(
      "take peels away from an app: from peels/, banana.json and banana.lock; the store keeps them",
    )
    .argument("<peel...>", "name, or @scope/name")
    .option("-C, --project <dir>", "the app's folder", ".")
    .addHelpText("after", examples(["remove medical-imaging", "all of it at once, or nothing"]))
    .action(async (names: string[], options: { project: string; json?: boolean }) => {
      const { removePeels } = await import("@banana-peel/client");
      const report = await interruptible(io, ({ signal }) =>
        removePeels({ names, project: options.project, signal }),
      );
      print(io, options, report, () => {
        const lines = report.removed.map(
          ({ name, version }) =>
            `${io.colours.red("-")} ${name}${version === undefined ? "" : ` ${version}`}\n`,
        );
        const orphans = report.orphans.map(
          ({ name, version }) => `${io.colours.red("-")} ${name} ${version}, which nothing else needs\n`,
        );
        const kept = report.kept.map(
          ({ name, neededBy }) => `${name} stays: ${neededBy.join(", ")} needs it\n`,
        );
        lines.push(...orphans, ...kept);
        return `${lines.join("")}removed ${plural(report.removed.length + report.orphans.length, "peel")} in ${duration(report.milliseconds)}\n`;
      });
    });
