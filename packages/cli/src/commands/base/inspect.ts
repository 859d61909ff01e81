import { interruptible, print } from "../../io.js";
import { readMap } from "../../read-map.js";
import { bytes, plain, plural } from "../../ui/format.js";
import { table } from "../../ui/table.js";
import { examples } from "../examples.js";
import type { Register } from "../table.js";

interface Options {
  family: string;
  baseVersion: string;
  license: string;
  title?: string;
  description?: string;
  map?: string[];
  before?: string[];
  file?: string[];
  dryRun?: boolean;
  force?: boolean;
  json?: boolean;
}

/** `base inspect`: writes the card of a model that it has never seen. */
export const baseInspect: Register = (base, io) =>
  base
    .command("inspect")
    .description(
      "write the base card (base.json) of ONNX models: files, digests, and every layer that fits an adapter",
    )
    .argument("<model...>", "ONNX models of one folder, with their external data beside them")
    .requiredOption("--family <name>", "the line of models that share module paths, as in minilm")
    .option("--base-version <version>", "the base's own version", "1.0.0")
    .requiredOption("--license <spdx>", "licence of the weights, as in Apache-2.0")
    .option("--title <text>", "a name for people")
    .option("--description <text>", "what the base does")
    .option("--map <node=path...>", "the module of a node that was in doubt; node= leaves it out")
    .option(
      "--before <model...>",
      "the models before they were quantised, in their order: names that quantisers drop come from there",
    )
    .option(
      "--file <path...>",
      "a further file that the base needs, beside the models: a tokenizer, a vocabulary",
    )
    .option("--dry-run", "show, but write no card")
    .option("--force", "replace a card that is there")
    .addHelpText(
      "after",
      examples(
        ["base inspect model.onnx --family minilm --license Apache-2.0", "writes base.json beside it"],
        [
          "base inspect model.onnx --family my-model --license MIT --map node_linear_2=blocks.0.attn.out",
          "settles a doubt",
        ],
        [
          "base inspect model_q4.onnx --family my-model --license MIT --before model.onnx",
          "takes names from the float model",
        ],
      ),
    )
    .action(async (models: string[], options: Options) => {
      const { inspectModels } = await import("@banana-peel/runtime/node");
      const { family, baseVersion: version, license, title, description } = options;
      const about = {
        family,
        version,
        license,
        ...(title && { title }),
        ...(description && { description }),
      };
      const report = await interruptible(io, ({ signal, status }) =>
        inspectModels(models, {
          about,
          map: new Map(Object.entries(readMap(options.map ?? []))),
          before: options.before ?? [],
          files: options.file ?? [],
          write: !options.dryRun,
          force: options.force ?? false,
          signal,
          progress: (done, total) => status(`read ${done} of ${total}`),
        }),
      );
      print(io, options, report, () => {
        const { card, doubts, file } = report;
        const count = new Map<string, number>();
        for (const { operator, scheme, graph } of card.targets) {
          const blocks =
            scheme.blockSize === undefined ? scheme.granularity : `${scheme.granularity} ${scheme.blockSize}`;
          const key = [graph, operator, scheme.form, `${scheme.bits} bits`, blocks].join("\t");
          count.set(key, (count.get(key) ?? 0) + 1);
        }
        const kinds = [...count].map(([key, targets]) => [...key.split("\t"), String(targets)]);
        const left = doubts.map(({ reason, graph, node, dims, candidates, message }) => [
          reason,
          graph,
          plain(node),
          dims.join("x"),
          plain(candidates.join(" or ") || "-"),
          plain(message),
        ]);
        const size = card.files.reduce((sum, { bytes }) => sum + bytes, 0);
        const parts = [
          `${io.colours.green(file === undefined ? "would write" : "wrote")} ${file ?? `${report.folder}/base.json`}: ${plural(card.targets.length, "target")}, ${plural(card.files.length, "file")}, ${bytes(size)}\n\n`,
          table(["graph", "operator", "form", "grid", "scales", "targets"], kinds, io.colours),
        ];
        if (left.length > 0)
          parts.push(
            `\n${io.colours.yellow("left out")}, since they would have to be guessed or can't be changed (--map NODE=PATH settles a name; --before takes them from the model before it was quantised):\n`,
            table(["why", "graph", "node", "weight", "may be", "expected and found"], left, io.colours),
          );
        return parts.join("");
      });
    });
