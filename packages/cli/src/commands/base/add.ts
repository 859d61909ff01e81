import { interruptible, print } from "../../io.js";
import { examples } from "../examples.js";
import type { Register } from "../table.js";

/** `base add`: names bases in banana.json. */
export const baseAdd: Register = (base, io) =>
  base
    .command("add")
    .description("name bases in an app's banana.json, which is made when it isn't there")
    .argument("<dir...>", "folder with a base card (base.json), or a package that npm installed")
    .option("-C, --project <dir>", "the app's folder", ".")
    .addHelpText(
      "after",
      examples(
        ["base add ./bases/nano", "then banana-peel add finds peels for it"],
        ["base add @banana-peel/base-nano", "of node_modules"],
      ),
    )
    .action(async (folders: string[], options: { project: string; json?: boolean }) => {
      const { initProject } = await import("@banana-peel/client");
      const { baseFolders } = await import("../../base-folder.js");
      const bases = await baseFolders(folders);
      const report = await interruptible(io, ({ signal }) =>
        initProject({ project: options.project, bases, signal }),
      );
      print(io, options, report, () => {
        const lines = report.bases.map(
          ({ family, version, path }) => `  base  ${family} ${version} (${path})\n`,
        );
        return `${io.colours.green("wrote")} ${report.file}\n${lines.join("")}`;
      });
    });
