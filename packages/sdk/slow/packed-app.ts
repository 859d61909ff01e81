import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** Packages of ours and every one that they need, by folder. */
function folders(wanted: readonly string[], seen = new Set<string>()): Set<string> {
  for (const folder of wanted) {
    if (seen.has(folder)) continue;
    seen.add(folder);
    const { dependencies = {} } = JSON.parse(readFileSync(join(ROOT, folder, "package.json"), "utf8"));
    const ours = Object.keys(dependencies).filter((name) => name.startsWith("@banana-peel/"));
    folders(
      ours.map((name) => `packages/${name.slice("@banana-peel/".length)}`),
      seen,
    );
  }
  return seen;
}

/**
 * Makes an empty folder an app that npm installed packages of ours in, as they ship: from tarballs.
 * @param wanted folders of the packages, as in `packages/sdk`
 */
export function installPacked(app: string, wanted: readonly string[]): void {
  const packed = join(app, "packed");
  mkdirSync(packed);
  const workspaces = [...folders(wanted)].flatMap((folder) => ["-w", folder]);
  const json = execFileSync("npm", ["pack", "--json", "--pack-destination", packed, ...workspaces], {
    cwd: ROOT,
    encoding: "utf8",
  });
  const tarballs = (JSON.parse(json) as { name: string; filename: string }[]).map(
    ({ name, filename }) => [name, `file:packed/${filename}`] as const,
  );
  writeFileSync(
    join(app, "package.json"),
    JSON.stringify({
      name: "app",
      private: true,
      type: "module",
      dependencies: Object.fromEntries(tarballs),
    }),
  );
  execFileSync("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts"], {
    cwd: app,
    stdio: ["ignore", "ignore", "inherit"],
  });
}

/** Gives the app its own onnxruntime; it is large, so that of the repository is used. npm takes it away again. */
export function linkOnnxruntime(app: string): void {
  for (const name of ["onnxruntime-node", "onnxruntime-common"]) {
    rmSync(join(app, "node_modules", name), { recursive: true, force: true });
    symlinkSync(join(ROOT, "node_modules", name), join(app, "node_modules", name));
  }
}

/** The nano base without its peels. */
export function copyNano(folder: string): void {
  cpSync(join(ROOT, "bases/nano"), folder, {
    recursive: true,
    filter: (path) => !/nano\/(?:peels|evaluation)/.test(path),
  });
}
