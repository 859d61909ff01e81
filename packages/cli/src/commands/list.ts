import { print } from "../io.js";
import { examples } from "./examples.js";
import type { Register } from "./table.js";

/** `list`: the peels of a project. */
export const listCommand: Register = (program, io) =>
  program
    .command("list")
    .description("list an app's peels, each verified where it lies")
    .option("-C, --project <dir>", "the app's folder", ".")
    .addHelpText("after", examples(["list", "in the app's folder"], ["list --json", "for a program"]))
    .action(async (options: { project: string; json?: boolean }) => {
      const { listPeels } = await import("@banana-peel/client");
      const peels = await listPeels({ project: options.project });
      const { colours } = io;
      const states = {
        ok: colours.green("ok"),
        missing: colours.yellow("missing"),
        changed: colours.red("changed"),
      };
      print(io, options, { peels }, () => {
        if (peels.length === 0) return "no peels; add one with banana-peel add NAME\n";
        const width = Math.max(...peels.map(({ name }) => name.length));
        return peels
          .map(({ name, version, range, neededBy, bases, state }) => {
            const asked = range ?? (neededBy.length > 0 ? `for ${neededBy.join(", ")}` : "not asked for");
            const fits = bases.map((base) => `${base.family} ${base.version}`).join(", ");
            return `${name.padEnd(width)}  ${version ?? "not locked"}  ${colours.dim(`(${asked}; ${fits || "no base"})`)}  ${states[state]}\n`;
          })
          .join("");
      });
    });
