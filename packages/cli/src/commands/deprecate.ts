import { interruptible, print } from "../io.js";
import { plain, plural } from "../ui/format.js";
import { examples } from "./examples.js";
import type { Register } from "./table.js";

/** `deprecate`: a word to whoever adds a version. */
export const deprecateCommand: Register = (program, io) =>
  program
    .command("deprecate")
    .description("mark published versions as deprecated, so that others are chosen where they fit")
    .argument("<peel>", "name, or name@range; without a range, every version")
    .argument("<message>", 'one line for whoever adds them; "" takes a deprecation back')
    .option("-r, --registry <url>", "registry (default: as .npmrc says)")
    .option("-n, --dry-run", "say what would be marked")
    .addHelpText(
      "after",
      examples(
        ['deprecate "my-peel@<2" "use 2.x, which draws hands"', "a range of versions"],
        ['deprecate my-peel@1.0.0 ""', "take it back"],
      ),
    )
    .action(async (peel: string, message: string, options: DeprecateFlags) => {
      const { deprecatePeel } = await import("@banana-peel/client");
      const { registry, dryRun } = options;
      const report = await interruptible(io, ({ signal }) =>
        deprecatePeel({ peel, message, project: process.cwd(), registry, dryRun, signal }),
      );
      print(io, options, report, () => {
        const verb = report.message === "" ? "took back the deprecation of" : "deprecated";
        const head = report.dryRun ? io.colours.yellow(`would have ${verb}`) : io.colours.green(verb);
        const same = report.versions.length - report.changed.length;
        const unchanged = same > 0 ? `; ${plural(same, "version")} had it already` : "";
        const list = report.changed.length > 0 ? `: ${report.changed.join(", ")}` : "";
        return `${head} ${plural(report.changed.length, "version")} of ${plain(report.name)}${list}${unchanged}\n`;
      });
    });

interface DeprecateFlags {
  registry?: string;
  dryRun?: boolean;
  json?: boolean;
}
