import { interruptible, print } from "../io.js";
import { plain, plural } from "../ui/format.js";
import { examples } from "./examples.js";
import type { Register } from "./table.js";

/** `info`: what a registry has of a name. */
export const infoCommand: Register = (program, io) =>
  program
    .command("info")
    .description("show what the registry has of a peel: versions, tags, and the bases that each fits")
    .argument("<name>", "name of the peel")
    .option("-r, --registry <url>", "registry (default: as .npmrc says)")
    .addHelpText("after", examples(["info medical-imaging", "its versions"]))
    .action(async (name: string, options: { registry?: string; json?: boolean }) => {
      const { peelInfo } = await import("@banana-peel/client");
      const entry = await interruptible(io, ({ signal }) =>
        peelInfo({ name, project: process.cwd(), registry: options.registry, signal }),
      );
      print(io, options, entry, () => {
        const { colours } = io;
        const tags = Object.entries(entry.distTags).map(([tag, version]) => `${plain(tag)} ${version}`);
        const lines = [...entry.versions].reverse().map(({ version, adapters, deprecated }) => {
          const fits =
            adapters?.map(({ family, range }) => plain(`${family} ${range}`)).join(", ") ?? "not a peel";
          return `  ${version}  ${fits}${deprecated ? colours.yellow(`  deprecated: ${plain(deprecated)}`) : ""}\n`;
        });
        return `${colours.bold(entry.name)} in ${entry.registry}: ${plural(lines.length, "version")}${tags.length > 0 ? ` (${tags.join(", ")})` : ""}\n${lines.join("")}`;
      });
    });
