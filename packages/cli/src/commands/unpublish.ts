import { interruptible, print } from "../io.js";
import { plain, plural } from "../ui/format.js";
import { examples } from "./examples.js";
import type { Register } from "./table.js";

/** `unpublish`: takes a published version away. */
export const unpublishCommand: Register = (program, io) =>
  program
    .command("unpublish")
    .description("take a published version away for good; who has it locked can't fetch it any more")
    .argument("<peel>", "name@version, exact; with --all, the name alone")
    .option("--all", "every version, and the name with them")
    .option("-r, --registry <url>", "registry (default: as .npmrc says)")
    .option("-n, --dry-run", "say what would go")
    .addHelpText(
      "after",
      examples(
        ["unpublish my-peel@1.0.1 --dry-run", "see what would go"],
        ["unpublish my-peel --all", "the whole peel; deprecate is kinder"],
      ),
    )
    .action(async (peel: string, options: UnpublishFlags) => {
      const { unpublishPeel } = await import("@banana-peel/client");
      const { registry, dryRun, all } = options;
      const report = await interruptible(io, ({ signal }) =>
        unpublishPeel({ peel, all, project: process.cwd(), registry, dryRun, signal }),
      );
      print(io, options, report, () => {
        const { colours } = io;
        const verb = report.dryRun ? colours.yellow("would unpublish") : colours.red("unpublished");
        const left = report.left.length > 0 ? `left: ${report.left.join(", ")}` : "nothing is left of it";
        return `${verb} ${plural(report.removed.length, "version")} of ${plain(report.name)}: ${report.removed.join(", ")}\n  ${left}\n`;
      });
    });

interface UnpublishFlags {
  all?: boolean;
  registry?: string;
  dryRun?: boolean;
  json?: boolean;
}
