/**
 * Joins the modules behind each entry point of the package in the working folder into one file, shared ones into
 * `dist/shared-*.js`: a command of banana-peel would load three hundred modules, a third of the processor time of one that
 * has nothing to do. Runs after tsc, whose declarations and other files stay; what is not of the package stays an import.
 */
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { rolldown } from "rolldown";

const { exports } = JSON.parse(await readFile("package.json", "utf8"));
const input = Object.fromEntries(
  Object.values(exports).map((target) => {
    const entry = target.default.slice("./dist/".length, -".js".length);
    return [entry, join("src", `${entry}.ts`)];
  }),
);
const bundle = await rolldown({
  input,
  platform: "neutral",
  external: (id) => !/^(?:\.|\/|src\/)/.test(id),
  resolve: { extensionAlias: { ".js": [".ts"] } },
  tsconfig: true,
});
// Those of an earlier build may have other names.
for (const file of await readdir("dist")) if (file.startsWith("shared-")) await rm(join("dist", file));
await bundle.write({
  dir: "dist",
  entryFileNames: "[name].js",
  chunkFileNames: "shared-[name].js",
  sourcemap: true,
});
await bundle.close();
