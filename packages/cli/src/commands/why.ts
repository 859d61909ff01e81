import { print } from "../io.js";
import { signedBy } from "../ui/signer.js";
import { examples } from "./examples.js";
import type { Register } from "./table.js";

/** `why`: what brings a peel into a project. */
export const whyCommand: Register = (program, io) =>
  program
    .command("why")
    .description(
      "say why a peel is here: the request or the peels that need it, the version, its signer, and the base that it serves",
    )
    .argument("<peel>", "name, or @scope/name")
    .option("-C, --project <dir>", "the app's folder", ".")
    .addHelpText("after", examples(["why medical-imaging", "in the app's folder"]))
    .action(async (name: string, options: { project: string; json?: boolean }) => {
      const { whyPeel } = await import("@banana-peel/client");
      const report = await whyPeel({ project: options.project, name });
      print(io, options, report, () => {
        const { colours } = io;
        const { request, locked, paths, override } = report;
        const rows: [string, string][] = [];
        if (request !== undefined) rows.push(["asked for", `${request.range} (${request.where})`]);
        else if (paths.length === 0) rows.push(["asked for", "no longer; install takes it away"]);
        for (const path of paths.filter(({ length }) => length > 1))
          rows.push(["needed by", path.map(({ name, range }) => `${name} ${range}`).join(" > ")]);
        if (override !== undefined) rows.push(["override", `${override} (banana.json:/overrides)`]);
        if (locked === undefined) rows.push(["locked", "not yet; install does it"]);
        else {
          const { basis, rule } = locked.trust;
          rows.push(
            ["locked", `${locked.version} from ${locked.registry}`],
            ["digest", locked.integrity],
            ["signed by", signedBy(locked.signer, basis) + (rule === undefined ? "" : `: ${rule}`)],
            ...locked.bases.map(({ family, version, file, path }): [string, string] => [
              "serves",
              `${family} ${version} in ${path ?? "no folder of this project"} (${file})`,
            ]),
          );
        }
        return `${colours.bold(report.name)}\n${rows.map(([title, text]) => `  ${colours.dim(title.padEnd(9))}  ${text}\n`).join("")}`;
      });
    });
