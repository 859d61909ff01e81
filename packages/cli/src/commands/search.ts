import { interruptible, print } from "../io.js";
import { plain } from "../ui/format.js";
import { examples } from "./examples.js";
import type { Register } from "./table.js";

/** `search`: finds peels by words. */
export const searchCommand: Register = (program, io) =>
  program
    .command("search")
    .description("search the registry for peels by words")
    .argument("<word...>", "words of the name, the description or the keywords")
    .option("-r, --registry <url>", "registry (default: as .npmrc says)")
    .addHelpText("after", examples(["search medical", "then banana-peel info NAME"]))
    .action(async (words: string[], options: { registry?: string; json?: boolean }) => {
      const { searchPeels } = await import("@banana-peel/client");
      const report = await interruptible(io, ({ signal }) =>
        searchPeels({ words, project: process.cwd(), registry: options.registry, signal }),
      );
      print(io, options, report, () => {
        const lines = report.peels.map(
          ({ name, version, description }) =>
            `${io.colours.bold(name)}${version === undefined ? "" : ` ${plain(version)}`}\n${description === undefined ? "" : `  ${plain(description)}\n`}`,
        );
        return lines.length > 0 ? lines.join("") : `no peel found in ${report.registry}\n`;
      });
    });
