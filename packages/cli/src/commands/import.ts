import { interruptible, print } from "../io.js";
import { type ImportReport, importText } from "../ui/import.js";
import { examples } from "./examples.js";
import type { Register } from "./table.js";

/** `import`: a peel from the LoRA of another tool. */
export const importCommand: Register = (program, io) =>
  program
    .command("import")
    .description("make a peel's folder from a LoRA of PEFT, diffusers, kohya or LyCORIS, for one base")
    .argument("<path>", "the LoRA's folder, or its safetensors file")
    .requiredOption("-b, --base <dir>", "folder with the card of the base that it is for")
    .option("-o, --out <dir>", "the peel's folder, which must not be there yet")
    .option("--into <dir>", "put the adapter into this peel, in the place of the one for the same family")
    .option("--name <name>", "name of the peel (default: that of its folder)")
    .option("--version <version>", "version of the peel", "0.1.0")
    .option("--description <text>", "what the peel changes")
    .option("--license <spdx>", "SPDX expression of the licence; none is assumed")
    .option("--format <id>", "format of the LoRA, when several fit: peft, diffusers, kohya or lycoris")
    .option("--file <name>", "the weights file, when the folder has several")
    .option("--map <module=target...>", "which target a module changes; module= leaves it out")
    .option("--partial", "leave out what an adapter can't say, instead of refusing the LoRA")
    .option("--max-rank <rank>", "approximate what has a higher rank by one of this rank; the error is shown")
    .addHelpText(
      "after",
      examples(
        ["import my-lora.safetensors --base ./bases/nano -o ./my-peel", "and show what it covers"],
        ["import my-lora.safetensors --base ./bases/nano --into .", "into a peel that npm create made"],
        ["import ./out --base ./bases/nano -o ./my-peel --map head=blocks.0.out", "name a target"],
        ["import lokr.safetensors --base ./bases/nano -o ./my-peel --max-rank 16", "a smaller peel"],
      ),
    )
    .action(async (path: string, options: ImportFlags) => {
      const { validateFolder } = await import("@banana-peel/client");
      const { importLora } = await import("../import-lora.js");
      const { placeImported } = await import("../place-imported.js");
      const { base, result, adapter, origin } = await importLora(path, options);
      const { format, coverage, notes, approximation } = result;
      const { family } = base;
      // Until here nothing is written, and Ctrl-C ends the process; from here on all of it is done.
      const { folder, name, version, unsigned, problems } = await interruptible(io, async () => {
        const placed = await placeImported(options, { adapter, origin });
        return { ...placed, ...(await validateFolder(placed.folder, [options.base])) };
      });
      const report: ImportReport = {
        name,
        version,
        folder,
        format,
        base: { family, version: base.version, digest: base.digest },
        rank: adapter.rank,
        alpha: adapter.alpha,
        coverage,
        notes,
        boundToWeights: result.boundToWeights,
        approximation,
        problems,
        unsigned,
      };
      print(io, options, report, () => importText(report, io.colours));
    });

interface ImportFlags {
  base: string;
  out?: string;
  into?: string;
  name?: string;
  version: string;
  description?: string;
  license?: string;
  format?: string;
  file?: string;
  map?: string[];
  partial?: boolean;
  maxRank?: string;
  json?: boolean;
}
