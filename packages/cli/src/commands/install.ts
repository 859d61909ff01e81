import { interruptible, print } from "../io.js";
import { duration, plain, plural } from "../ui/format.js";
import { peelText } from "../ui/peel.js";
import { examples } from "./examples.js";
import type { Register } from "./table.js";

/** `install`: brings a project to what its lockfile says. */
export const installCommand: Register = (program, io) =>
  program
    .command("install")
    .description("bring an app's peels to exactly what banana.lock says")
    .option("--frozen", "fail when banana.lock doesn't match banana.json, as in CI")
    .option("--offline", "take everything from the store")
    .option("--prefer-offline", "ask a registry only for what the store doesn't know")
    .option("-r, --registry <url>", "registry for what isn't locked yet (default: as .npmrc says)")
    .option("-C, --project <dir>", "the app's folder", ".")
    .addHelpText(
      "after",
      examples(["install", "after a checkout"], ["install --frozen", "in CI: never changes banana.lock"]),
    )
    .action(async (options: InstallFlags) => {
      const { installPeels } = await import("@banana-peel/client");
      const { project, registry, frozen, offline, preferOffline } = options;
      const report = await interruptible(io, (context) =>
        installPeels({ project, registry, frozen, offline, preferOffline, ...context }),
      );
      print(io, options, report, () => {
        const removed = report.removed.map((name) => `${io.colours.red("-")} ${name}\n`);
        const warnings = report.deprecated.map(
          ({ name, version, message }) =>
            `${io.colours.yellow("deprecated")} ${name} ${version}: ${plain(message)}\n`,
        );
        const counts = [
          `installed ${plural(report.installed.length, "peel")}`,
          ...(report.removed.length > 0 ? [`removed ${report.removed.length}`] : []),
          `${report.unchanged.length} unchanged`,
        ];
        const peels = report.installed.map((peel) => peelText(peel, io.colours));
        return `${peels.join("")}${removed.join("")}${warnings.join("")}${counts.join(", ")} in ${duration(report.milliseconds)}\n`;
      });
    });

interface InstallFlags {
  project: string;
  registry?: string;
  frozen?: boolean;
  offline?: boolean;
  preferOffline?: boolean;
  json?: boolean;
}
