import { interruptible, print } from "../io.js";
import { plain, plural } from "../ui/format.js";
import { examples } from "./examples.js";
import type { Register } from "./table.js";

const MARKS = { ok: "ok     ", warning: "warning", error: "error  ", skipped: "-      " } as const;

/** `doctor`: what of this machine may be in the way. */
export const doctorCommand: Register = (program, io, fail) =>
  program
    .command("doctor")
    .description(
      "check Node, registry, login, clock, store, disk, key, onnxruntime and project, each with its mend",
    )
    .option("-r, --registry <url>", "registry (default: as .npmrc says)")
    .option("-C, --project <dir>", "the app's folder", ".")
    .addHelpText("after", examples(["doctor", "exits with 1 when something will fail"]))
    .action(async (options: { project: string; registry?: string; json?: boolean }) => {
      const { runDoctor } = await import("@banana-peel/client");
      const { project, registry } = options;
      const findings = await interruptible(io, ({ signal }) => runDoctor({ project, registry, signal }));
      const errors = findings.filter(({ status }) => status === "error").length;
      if (errors > 0) fail(1);
      print(io, options, { findings }, () => {
        const { colours } = io;
        const colour = {
          ok: colours.green,
          warning: colours.yellow,
          error: colours.red,
          skipped: colours.dim,
        };
        const lines = findings.map(({ check, status, message, hint }) => {
          const mend = hint === undefined ? "" : `         ${colours.dim("mend:")} ${plain(hint)}\n`;
          return `${colour[status](MARKS[status])}  ${check.padEnd(11)}  ${plain(message)}\n${mend}`;
        });
        const warnings = findings.filter(({ status }) => status === "warning").length;
        return `${lines.join("")}${plural(errors, "error")}, ${plural(warnings, "warning")}\n`;
      });
    });
