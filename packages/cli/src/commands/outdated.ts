import { interruptible, print } from "../io.js";
import { plain } from "../ui/format.js";
import { table } from "../ui/table.js";
import { examples } from "./examples.js";
import type { Register } from "./table.js";

/** Exit status when something is outdated, as npm's. */
const OUTDATED = 1;

/** `outdated`: what the registry has that is newer. */
export const outdatedCommand: Register = (program, io, fail) =>
  program
    .command("outdated")
    .description("list the peels that have newer versions; exits with 1 when there are any")
    .option("-r, --registry <url>", "registry (default: as .npmrc says)")
    .option("-C, --project <dir>", "the app's folder", ".")
    .addHelpText("after", examples(["outdated", "installed, wanted (update brings it), latest"]))
    .action(async (options: { project: string; registry?: string; json?: boolean }) => {
      const { outdatedPeels } = await import("@banana-peel/client");
      const { project, registry } = options;
      const peels = await interruptible(io, (context) => outdatedPeels({ project, registry, ...context }));
      const outdated = peels.filter((peel) => peel.outdated);
      if (outdated.length > 0) fail(OUTDATED);
      print(io, options, { peels }, () => {
        if (outdated.length === 0) return "every peel is at its newest version\n";
        const rows = outdated.map(({ name, range, installed, wanted, latest, latestFits }) => {
          const fits = latestFits.map(({ family, version }) => `${family} ${version}`).join(", ");
          return [
            name,
            installed ?? "not locked",
            wanted ?? `nothing in ${range} fits`,
            plain(latest ?? "none"),
            fits || "no base of yours",
          ];
        });
        return table(["peel", "installed", "wanted", "latest", "latest fits"], rows, io.colours);
      });
    });
