import { interruptible, print } from "../io.js";
import { bytes, duration } from "../ui/format.js";
import { messageText } from "../ui/problems.js";
import { examples } from "./examples.js";
import type { Register } from "./table.js";

/** `publish`: validates, packs, signs and sends. */
export const publishCommand: Register = (program, io) =>
  program
    .command("publish")
    .description("check, sign and publish a peel; a signed one is published as it is, unless --key is given")
    .argument("<path>", "the peel's folder, or its tarball")
    .option("-k, --key <file>", "private key to sign with (default, for an unsigned peel: the one of keygen)")
    .option("-r, --registry <url>", "registry (default: as .npmrc says)")
    .option("-t, --tag <tag>", "dist-tag (default: latest, for a prerelease next)")
    .option("-n, --dry-run", "do everything but send it")
    .addHelpText(
      "after",
      examples(
        ["publish ./my-peel", "to the registry of .npmrc"],
        ["publish ./my-peel --registry http://localhost:4873/", "to another one"],
        ["publish ./my-peel --dry-run", "see what would be published"],
      ),
    )
    .action(async (path: string, options: PublishFlags) => {
      const { isSigned, openSource, preparePeel, publishPeel } = await import("@banana-peel/client");
      const { readKeyFile } = await import("@banana-peel/signer/node");
      const report = await interruptible(io, async ({ signal, onProgress }) => {
        const source = await openSource(await preparePeel(path), { signal });
        const needsKey = options.key !== undefined || !(await isSigned(source));
        const key = needsKey ? await readKeyFile(options.key) : undefined;
        const { registry, tag, dryRun } = options;
        return publishPeel({
          source,
          key,
          project: process.cwd(),
          registry,
          tag,
          dryRun,
          signal,
          onProgress,
        });
      });
      for (const problem of report.warnings)
        io.stderr.write(messageText({ ...problem, code: problem.rule }, io.colours));
      print(io, options, report, () => {
        const verb = report.dryRun ? io.colours.yellow("would publish") : io.colours.green("published");
        return (
          `${verb} ${report.name} ${report.version} (${bytes(report.bytes)}, tag ${report.tag}) to ${report.registry} in ${duration(report.milliseconds)}\n` +
          `  signer  ${report.signer}\n  digest  ${report.integrity}\n`
        );
      });
    });

interface PublishFlags {
  key?: string;
  registry?: string;
  tag?: string;
  dryRun?: boolean;
  json?: boolean;
}
