import { interruptible, print } from "../io.js";
import { examples } from "./examples.js";
import type { Register } from "./table.js";

/** `sign`: signs a folder or a tarball in place. */
export const signCommand: Register = (program, io) =>
  program
    .command("sign")
    .description("sign a peel: adds signer.pem and model.sig to its folder or tarball")
    .argument("<path>", "the peel's folder, or its tarball")
    .option("-k, --key <file>", "private key (default: the one of keygen)")
    .addHelpText(
      "after",
      examples(
        ["sign ./my-peel", "with your own key"],
        ["sign out.tgz --key team.pem", "a tarball, with another key"],
      ),
    )
    .action(async (path: string, options: { key?: string; json?: boolean }) => {
      const { preparePeel, signPath } = await import("@banana-peel/client");
      const { readKeyFile } = await import("@banana-peel/signer/node");
      const report = await interruptible(io, async ({ signal }) =>
        signPath(await preparePeel(path), await readKeyFile(options.key), { signal }),
      );
      print(
        io,
        options,
        report,
        () =>
          `${io.colours.green("signed")} ${report.name} ${report.version} (${report.files} files)\n  signer  ${report.signer}\n`,
      );
    });
