import { print } from "../io.js";
import { plural } from "../ui/format.js";
import { messageText } from "../ui/problems.js";
import { examples } from "./examples.js";
import type { Register } from "./table.js";

/** Exit status of a peel that is invalid, as PEEL_INVALID has it. */
const INVALID = 3;

/** `validate`: every problem of a peel. */
export const validateCommand: Register = (program, io, fail) =>
  program
    .command("validate")
    .description("list everything that is wrong with a peel, each with its mend")
    .argument("<path>", "the peel's folder, or its tarball")
    .option("-b, --base <dir...>", "check the adapters against the base in this folder as well")
    .addHelpText(
      "after",
      examples(
        ["validate ./my-peel", "check the peel by itself"],
        ["validate ./my-peel --base ./bases/nano", "and its tensors against the base"],
      ),
    )
    .action(async (path: string, options: { base?: string[]; json?: boolean }) => {
      const { preparePeel, validateFolder } = await import("@banana-peel/client");
      const report = await validateFolder(await preparePeel(path), options.base);
      if (!report.valid) fail(INVALID);
      print(io, options, report, () => {
        // Without a manifest it is another folder in most cases, whose files are none of ours.
        const missing = report.problems.filter(({ rule }) => rule === "peel/manifest-missing");
        const shown = missing.length > 0 ? missing : report.problems;
        const texts = shown.map((problem) => messageText({ ...problem, code: problem.rule }, io.colours));
        const others = report.problems.length - shown.length;
        if (others > 0) texts.push(`${plural(others, "more problem")} without it; --json lists all\n`);
        const errors = report.problems.filter(({ severity }) => severity === "error").length;
        const warnings = report.problems.length - errors;
        const against = report.bases.map(({ family, version }) => `${family} ${version}`).join(", ");
        const verdict = report.valid ? io.colours.green("valid") : io.colours.red("invalid");
        const counts = `${plural(errors, "error")}, ${plural(warnings, "warning")}`;
        return `${texts.join("")}${verdict}: ${path}${against && ` with ${against}`}, ${counts}\n`;
      });
    });
