import { interruptible, print } from "../io.js";
import { examples } from "./examples.js";
import type { Register } from "./table.js";

/** `init`: writes banana.json. */
export const initCommand: Register = (program, io) =>
  program
    .command("init")
    .description("make banana.json in an app's folder, or name another base in it")
    .option("-b, --base <dir...>", "folder with a base card (base.json), or a package that npm installed", [])
    .option("-C, --project <dir>", "the app's folder", ".")
    .addHelpText("after", examples(["init --base ./bases/nano", "an app that draws with the nano base"]))
    .action(async (options: { base: string[]; project: string; json?: boolean }) => {
      const { initProject } = await import("@banana-peel/client");
      const { baseFolders } = await import("../base-folder.js");
      const bases = await baseFolders(options.base);
      const report = await interruptible(io, ({ signal }) =>
        initProject({ project: options.project, bases, signal }),
      );
      print(
        io,
        options,
        report,
        () =>
          `${io.colours.green("wrote")} ${report.file}\n` +
          report.bases
            .map(({ family, version, path }) => `  base  ${family} ${version} (${path})\n`)
            .join(""),
      );
    });
