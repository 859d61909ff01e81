import { print } from "../io.js";
import { bytes, plural } from "../ui/format.js";
import { signedBy } from "../ui/signer.js";
import { examples } from "./examples.js";
import type { Register } from "./table.js";

/** `verify`: is this what its signer signed, and is the signer trusted here? */
export const verifyCommand: Register = (program, io) =>
  program
    .command("verify")
    .description("check a peel's signature over all of its files, and whether this project trusts its signer")
    .argument("<peel>", "a folder, a tarball, or the name of a peel in peels/ or node_modules")
    .option("-C, --project <dir>", "the app's folder", ".")
    .addHelpText(
      "after",
      examples(["verify medical-imaging", "an installed peel"], ["verify out.tgz", "a tarball"]),
    )
    .action(async (peel: string, options: { project: string; json?: boolean }) => {
      const { verifyPath } = await import("@banana-peel/client");
      const report = await verifyPath(peel, options.project);
      const total = report.files.reduce((sum, file) => sum + file.bytes, 0);
      print(
        io,
        options,
        report,
        () =>
          `${io.colours.green("verified")} ${report.name} ${report.version}: ${plural(report.files.length, "file")}, ${bytes(total)}\n` +
          `  signed by  ${signedBy(report.signer, report.basis)}\n  digest     sha256:${report.root}\n`,
      );
    });
