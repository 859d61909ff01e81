import { interruptible, print } from "../io.js";
import { bytes } from "../ui/format.js";
import { examples } from "./examples.js";
import type { Register } from "./table.js";

/** `pack`: the tarball of a peel. */
export const packCommand: Register = (program, io) =>
  program
    .command("pack")
    .description("pack a peel's folder into a tarball; the same files give the same bytes")
    .argument("<dir>", "the peel's folder")
    .option("-o, --out <file>", "file of the tarball (default: its name and version, here)")
    .addHelpText(
      "after",
      examples(
        ["pack ./my-peel", "writes peels-my-peel-1.0.0.tgz"],
        ["pack ./my-peel -o out.tgz", "writes out.tgz"],
      ),
    )
    .action(async (dir: string, options: { out?: string; json?: boolean }) => {
      const { openSource, packFile, preparePeel } = await import("@banana-peel/client");
      const packed = await interruptible(io, async ({ signal }) =>
        packFile(await openSource(await preparePeel(dir), { signal }), options.out, { signal }),
      );
      const { manifest, file, integrity, shasum } = packed;
      const { name, version } = manifest;
      const report = { name, version, file, bytes: packed.bytes, integrity, shasum };
      print(
        io,
        options,
        report,
        () =>
          `${io.colours.green("packed")} ${name} ${version} into ${file} (${bytes(packed.bytes)})\n  digest  ${integrity}\n`,
      );
    });
