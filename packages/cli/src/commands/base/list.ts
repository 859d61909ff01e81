import { interruptible, print } from "../../io.js";
import { bytes, plain } from "../../ui/format.js";
import { table } from "../../ui/table.js";
import { examples } from "../examples.js";
import type { Register } from "../table.js";

/** Exit status when a base is not whole, as BASE_FILE_MISSING has it. */
const BROKEN = 3;

/** `base list`: the bases of a project and whether their files are there. */
export const baseList: Register = (base, io, fail) =>
  base
    .command("list")
    .description("list an app's bases, and whether their files are there")
    .option("--verify", "hash every file too")
    .option("-C, --project <dir>", "the app's folder", ".")
    .addHelpText(
      "after",
      examples(["base list", "sizes are checked"], ["base list --verify", "digests as well"]),
    )
    .action(async (options: { project: string; verify?: boolean; json?: boolean }) => {
      const { listBases } = await import("@banana-peel/client");
      const { project, verify } = options;
      const bases = await interruptible(io, ({ signal }) => listBases({ project, verify, signal }));
      if (bases.some(({ state }) => state !== "ok")) fail(BROKEN);
      print(io, options, { bases }, () => {
        if (bases.length === 0) return "no base; banana-peel base add DIR names one\n";
        const rows = bases.map(({ family, version, targets, bytes: size, state, wrong, path }) => [
          plain(family),
          version,
          String(targets),
          bytes(size),
          wrong.length > 0 ? `${state}: ${wrong.join(", ")}` : state,
          path,
        ]);
        return table(["base", "version", "targets", "size", "files", "folder"], rows, io.colours);
      });
    });
