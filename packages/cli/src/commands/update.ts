import { interruptible, print } from "../io.js";
import { duration, plural } from "../ui/format.js";
import { peelText } from "../ui/peel.js";
import { unaskedText } from "../ui/unasked.js";
import { examples } from "./examples.js";
import type { Register } from "./table.js";

/** `update`: brings peels to the newest version of their range. */
export const updateCommand: Register = (program, io) =>
  program
    .command("update")
    .description("bring an app's peels to the newest versions that banana.json admits and its bases fit")
    .argument("[peel...]", "name, or @scope/name (default: all of banana.json)")
    .option("-r, --registry <url>", "registry (default: as .npmrc says)")
    .option("--accept-signer <fingerprint>", "accept this signer, though another signed before")
    .option("--offline", "resolve and take everything from the store")
    .option("--prefer-offline", "ask a registry only for what the store doesn't know")
    .option("-C, --project <dir>", "the app's folder", ".")
    .addHelpText(
      "after",
      examples(["update", "everything"], ["update medical-imaging", "one; add NAME@RANGE changes the range"]),
    )
    .action(async (names: string[], options: UpdateFlags) => {
      const { updatePeels } = await import("@banana-peel/client");
      const { project, registry, acceptSigner: accept, offline, preferOffline } = options;
      const report = await interruptible(io, (context) =>
        updatePeels({ names, project, registry, accept, offline, preferOffline, ...context }),
      );
      print(io, options, report, () => {
        const peels = report.updated.map(
          (peel) => `${peelText(peel, io.colours)}  was         ${peel.before ?? "not locked"}\n`,
        );
        return `${peels.join("")}${unaskedText(report.unasked, io.colours)}updated ${plural(peels.length, "peel")}, ${report.unchanged.length} unchanged in ${duration(report.milliseconds)}\n`;
      });
    });

interface UpdateFlags {
  project: string;
  registry?: string;
  acceptSigner?: string;
  offline?: boolean;
  preferOffline?: boolean;
  json?: boolean;
}
