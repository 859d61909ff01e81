import { interruptible, print } from "../io.js";
import { duration, plain } from "../ui/format.js";
import { UNSIGNED } from "../ui/signer.js";
import { examples } from "./examples.js";
import type { Register } from "./table.js";

interface GenerateFlags {
  base?: string;
  prompt?: string;
  seed: string;
  steps?: string;
  guidance?: string;
  weight: string[];
  out?: string;
  preview?: string;
  alt?: string;
  previews?: boolean;
  asIs?: boolean;
  cache: boolean;
  project: string;
  json?: boolean;
}

/** `generate`: pictures, and a peel's previews, on the author's own base. */
export const generateCommand: Register = (program, io) =>
  program
    .command("generate")
    .description("draw a picture with peels on a base that draws, or the previews of a peel")
    .argument("[peel...]", "folder, tarball, or name of an installed peel; none draws with the base alone")
    .option("-b, --base <dir>", "folder or package of the base (default: the one of banana.json)")
    .option("-p, --prompt <text>", "tags and trigger words, separated by commas or spaces")
    .option("--seed <number>", "the same seed gives the same picture", "0")
    .option("--steps <number>", "steps of the sampler (default: the base's)")
    .option("--guidance <number>", "how closely to follow the prompt (default: the base's)")
    .option("-w, --weight <number...>", "weight of each peel, in their order (default: the peel's own)", [])
    .option("--as-is", "leave open what the prompt leaves open; by default the seed completes it")
    .option("-o, --out <file>", "the picture, a PNG")
    .option("--preview <name>", "make it the preview previews/NAME.png of the peel, whose folder is given")
    .option("--alt <text>", "what the preview shows, for people who can't see it")
    .option("--previews", "draw all previews of the peel's peel.json again")
    .option("--no-cache", "don't keep merged weights in the store for the next time")
    .option("-C, --project <dir>", "the app's folder", ".")
    .addHelpText(
      "after",
      examples(
        ['generate medical-imaging --prompt "brain-mri axial" -o out.png', "on the app's base"],
        ['generate ./my-peel -b ./base -p "my-word" --preview one --alt "A cat."', "into peel.json"],
        ["generate ./my-peel -b ./base --previews", "all of them, after a new training"],
      ),
    )
    .action(async (named: string[], options: GenerateFlags) => {
      const { preparePeel } = await import("@banana-peel/client");
      const { readJobs, runJobs } = await import("../generate/jobs.js");
      const { baseFolder } = await import("../base-folder.js");
      const peels: string[] = [];
      for (const peel of named) peels.push(await preparePeel(peel));
      const jobs = await readJobs(peels, options);
      const folder = await baseFolder(options.base, options.project);
      const report = await interruptible(io, (context) =>
        runJobs(jobs, { ...options, folder, peels, ...context }),
      );
      print(io, options, report, () => {
        const { colours } = io;
        const lines = report.pictures.map(({ file, seed, tags, completed, milliseconds, warnings }) => {
          const asked = tags.slice(0, tags.length - completed.length).join(", ") || "no tags";
          const head = `${colours.green("drew")} ${file}  ${asked}, seed ${seed}, ${duration(milliseconds)}\n`;
          const rest = completed.length > 0 ? `  completed with ${completed.join(", ")}\n` : "";
          return (
            head + rest + warnings.map((text) => `  ${colours.yellow("warning")}: ${plain(text)}\n`).join("")
          );
        });
        return `${lines.join("")}${report.unsigned ? `${UNSIGNED}\n` : ""}`;
      });
    });
