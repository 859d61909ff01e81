import { print } from "../io.js";
import { bytes, plural } from "../ui/format.js";
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
    .description("list the stored peels, each verified")
    .addHelpText("after", examples(["cache list", "BANANA_PEEL_STORE names another store"]))
    .action(async (options: { json?: boolean }) => {
      const { listCache, storeFolder } = await import("@banana-peel/client");
      const store = storeFolder();
      const peels = await listCache(store);
      print(io, options, { store, peels }, () => {
        const lines = peels.map(({ name, version, bytes: size, folder, whole }) =>
          whole ? `${name}  ${version}  ${bytes(size ?? 0)}\n` : `${io.colours.red("broken")}  ${folder}\n`,
        );
        return `${lines.join("")}${plural(peels.length, "peel")} in ${store}\n`;
      });
    });
  for (const [word, which, description] of [
    [
      "verify",
      "broken",
      "verify every stored peel, and remove what is broken; it is fetched again when needed",
    ],
    ["clean", "all", "remove every stored peel; projects keep theirs"],
  ] as const)
    cache
      .command(word)
      .description(description)
      .addHelpText("after", examples([`cache ${word}`, "of the user's store"]))
      .action(async (options: { json?: boolean }) => {
        const { cleanCache, storeFolder } = await import("@banana-peel/client");
        const store = storeFolder();
        const peels = await cleanCache(store, which);
        const removed = peels.filter((peel) => peel.removed).length;
        print(
          io,
          options,
          { store, peels },
          () => `removed ${removed} of ${plural(peels.length, "peel")} in ${store}\n`,
        );
      });
  return cache;
};
