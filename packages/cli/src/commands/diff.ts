import { interruptible, print } from "../io.js";
import { diffText } from "../ui/diff.js";
import { examples } from "./examples.js";
import type { Register } from "./table.js";

/** `diff`: two versions of a peel. */
export const diffCommand: Register = (program, io) =>
  program
    .command("diff")
    .description("compare two versions of a peel: the manifest, the files, and how far the weights moved")
    .argument("<from>", "folder, tarball, name of an installed peel, or name@version of the registry")
    .argument("[to]", "the same (default: the newest version in the registry)")
    .option("-r, --registry <url>", "registry (default: as .npmrc says)")
    .option("-C, --project <dir>", "the app's folder", ".")
    .addHelpText(
      "after",
      examples(
        ["diff medical-imaging", "what an update would bring"],
        ["diff medical-imaging@1.0.0 ./my-peel", "what a new version changes"],
      ),
    )
    .action(async (from: string, to: string | undefined, options: DiffFlags) => {
      const { diffPeels } = await import("@banana-peel/client");
      const { project, registry } = options;
      const report = await interruptible(io, (context) =>
        diffPeels({ from, to, project, registry, ...context }),
      );
      print(io, options, report, () => diffText(report, io.colours));
    });

interface DiffFlags {
  registry?: string;
  project: string;
  json?: boolean;
}
