import { interruptible, print } from "../io.js";
import { duration, plural } from "../ui/format.js";
import { messageText } from "../ui/problems.js";
import { examples } from "./examples.js";
import type { Register } from "./table.js";

/** `audit`: is what is installed still what it should be? */
export const auditCommand: Register = (program, io, fail) =>
  program
    .command("audit")
    .description(
      "check an app's peels: files, signatures, signers, deprecations and advisories; exits with 1 on errors",
    )
    .option("--offline", "look at what is installed only, never ask a registry")
    .option("--strict", "exit with 1 on warnings too")
    .option("-r, --registry <url>", "registry (default: as .npmrc says)")
    .option("-C, --project <dir>", "the app's folder", ".")
    .addHelpText("after", examples(["audit", "in the app's folder"], ["audit --strict --json", "in CI"]))
    .action(async (options: AuditFlags) => {
      const { auditPeels } = await import("@banana-peel/client");
      const { project, registry, offline, strict } = options;
      const report = await interruptible(io, ({ signal }) =>
        auditPeels({ project, registry, offline, signal }),
      );
      if (report.errors > 0 || (strict && report.warnings > 0)) fail(1);
      print(io, options, report, () => {
        const texts = report.findings.map(({ kind, severity, name, version, message, hint, url }) => {
          const where =
            name === undefined ? undefined : `${name}${version === undefined ? "" : ` ${version}`}`;
          const more = url === undefined ? hint : `${hint} ${url}`;
          return messageText({ severity, code: kind, message, where, hint: more }, io.colours);
        });
        const counts = `${plural(report.errors, "error")}, ${plural(report.warnings, "warning")}`;
        return `${texts.join("")}audited ${plural(report.peels, "peel")} in ${duration(report.milliseconds)}: ${counts}\n`;
      });
    });

interface AuditFlags {
  project: string;
  registry?: string;
  offline?: boolean;
  strict?: boolean;
  json?: boolean;
}
