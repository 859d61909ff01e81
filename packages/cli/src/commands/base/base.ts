import { examples } from "../examples.js";
import type { Register } from "../table.js";
import { baseAdd } from "./add.js";
import { baseInspect } from "./inspect.js";
import { baseList } from "./list.js";

/** `base`: the bases of an app, and the cards of models. */
export const baseCommand: Register = (program, io, fail) => {
  const base = program
    .command("base")
    .description("add and list an app's bases, and write the card of a model")
    .addHelpText(
      "after",
      examples(
        ["base add ./bases/nano", "name a base in banana.json"],
        ["base list --verify", "are its files whole?"],
        ["base inspect model.onnx --family minilm --license Apache-2.0", "write the card of a model"],
      ),
    );
  for (const register of [baseAdd, baseInspect, baseList]) register(base, io, fail);
  return base;
};
