import { interruptible, print } from "../io.js";
import { duration, plural } from "../ui/format.js";
import { peelText } from "../ui/peel.js";
import { unaskedText } from "../ui/unasked.js";
import { examples } from "./examples.js";
import type { Register } from "./table.js";

/** `add`: brings peels into a project. */
export const addCommand: Register = (program, io) =>
  program
    .command("add")
    .description("add peels to an app: fetched, verified, linked into peels/ and locked in banana.lock")
    .argument("<peel...>", "name, name@range or @scope/name@range")
    .option("-r, --registry <url>", "registry (default: as .npmrc says)")
    .option("--accept-signer <fingerprint>", "accept this signer, though another signed before")
    .option("--offline", "resolve and take everything from the store")
    .option("--prefer-offline", "ask a registry only for what the store doesn't know")
    .option("-C, --project <dir>", "the app's folder", ".")
    .addHelpText(
      "after",
      examples(
        ["add medical-imaging", "the newest version that fits the app's base"],
        ["add medical-imaging@^1.0.0", "within a range"],
        ["add @team/style --registry http://localhost:4873/", "from another registry"],
      ),
    )
    .action(async (peels: string[], options: AddFlags) => {
      const { addPeels } = await import("@banana-peel/client");
      const { project, registry, acceptSigner: accept, offline, preferOffline } = options;
      const report = await interruptible(io, (context) =>
        addPeels({ requests: peels, project, registry, accept, offline, preferOffline, ...context }),
      );
      print(io, options, report, () => {
        const others = report.others.map(
          (peel) =>
            `${peelText(peel, io.colours)}${peel.before === undefined ? "" : `  was         ${peel.before}\n`}`,
        );
        const removed = report.removed.map(
          (name) => `${io.colours.red("-")} ${name}, which nothing needs any more\n`,
        );
        const counts = [
          `added ${plural(report.peels.length, "peel")}`,
          ...(report.others.length > 0
            ? [`${report.others.length} with ${report.peels.length === 1 ? "it" : "them"}`]
            : []),
        ];
        const texts = [...report.peels.map((peel) => peelText(peel, io.colours)), ...others];
        return `${texts.join("")}${removed.join("")}${unaskedText(report.unasked, io.colours)}${counts.join(", ")} in ${duration(report.milliseconds)}\n`;
      });
    });

interface AddFlags {
  registry?: string;
  acceptSigner?: string;
  offline?: boolean;
  preferOffline?: boolean;
  project: string;
  json?: boolean;
}
