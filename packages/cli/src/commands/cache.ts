import type { MergedSet } from "@banana-peel/runtime/node";
import { print } from "../io.js";
import type { Colours } from "../ui/colours.js";
import { bytes, plain, plural } from "../ui/format.js";
import { examples } from "./examples.js";
import type { Register } from "./table.js";

/** `cache`: the store that projects share. */
export const cacheCommand: Register = (program, io) => {
  const cache = program
    .command("cache")
    .description("show, verify and clean the store that projects share")
    .addHelpText(
      "after",
      examples(["cache list", "what is stored"], ["cache verify", "remove what is broken"]),
    );
  cache
    .command("list")
    .description("list the stored peels, each verified, and the weights that were merged and kept")
    .addHelpText("after", examples(["cache list", "BANANA_PEEL_STORE names another store"]))
    .action(async (options: { json?: boolean }) => {
      const { listCache, mergedFolder, storeFolder } = await import("@banana-peel/client");
      const { listMergedSets } = await import("@banana-peel/runtime/node");
      const store = storeFolder();
      const peels = await listCache(store);
      const merged = await listMergedSets(mergedFolder(store));
      print(io, options, { store, peels, merged }, () => {
        const lines = peels.map(({ name, version, bytes: size, folder, whole }) =>
          whole ? `${name}  ${version}  ${bytes(size ?? 0)}\n` : `${io.colours.red("broken")}  ${folder}\n`,
        );
        lines.push(...merged.map((set) => `${setText(set, io.colours)}\n`));
        return `${lines.join("")}${counted(peels.length, merged.length)} in ${store}\n`;
      });
    });
  for (const [word, which, description] of [
    [
      "verify",
      "broken",
      "verify every stored peel and merged set, and remove what is broken; it is fetched or merged again when needed",
    ],
    ["clean", "all", "remove every stored peel and merged set; projects keep their peels"],
  ] as const)
    cache
      .command(word)
      .description(description)
      .addHelpText("after", examples([`cache ${word}`, "of the user's store"]))
      .action(async (options: { json?: boolean }) => {
        const { cleanCache, mergedFolder, storeFolder } = await import("@banana-peel/client");
        const { cleanMergedSets } = await import("@banana-peel/runtime/node");
        const store = storeFolder();
        const peels = await cleanCache(store, which);
        const merged = await cleanMergedSets(mergedFolder(store), which);
        const removed = [...peels, ...merged].filter((each) => each.removed).length;
        print(
          io,
          options,
          { store, peels, merged },
          () => `removed ${removed} of ${counted(peels.length, merged.length, true)} in ${store}\n`,
        );
      });
  return cache;
};

/** What a merged set holds: `merged  nano 1.2.0 with @peels/a 1.0.0 at 0.8  22 MB`. */
function setText({ whole, content, bytes: size, folder }: MergedSet, { red, dim }: Colours): string {
  if (!whole || content === undefined) return `${red("broken")}  ${folder}`;
  const { base, peels } = content;
  const names = peels.map(({ name, version, weight }) => `${name} ${version} at ${weight}`);
  return `${dim("merged")}  ${plain(`${base.family} ${base.version} with ${names.join(", ")}`)}  ${bytes(size)}`;
}

/** `2 peels`, or `2 peels and 1 merged set`, or of a total `3 (2 peels and 1 merged set)`. */
function counted(peels: number, merged: number, total = false): string {
  if (merged === 0) return plural(peels, "peel");
  const each = `${plural(peels, "peel")} and ${plural(merged, "merged set")}`;
  return total ? `${peels + merged} (${each})` : each;
}
