import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Smallest Node that the packages run on: their `engines`. */
const NODE = [20, 20];

/** Where the digest of the sources of the last build is kept. */
const STAMP = "node_modules/.banana-peel-build";

/** Why this Node is too old; undefined when it isn't. */
export function outdatedNode(version) {
  const [major, minor] = version.split(".").map(Number);
  if (major > NODE[0] || (major === NODE[0] && minor >= NODE[1])) return undefined;
  return `expected Node ${NODE.join(".")} or newer, found ${version}.\nInstall a current one from https://nodejs.org and run npm run demo again.`;
}

/** True when node_modules is missing or is not what package-lock.json asks for. */
export function needsInstall(root) {
  const installed = readJson(join(root, "node_modules/.package-lock.json"))?.packages;
  const wanted = readJson(join(root, "package-lock.json"))?.packages;
  if (installed === undefined || wanted === undefined) return true;
  return Object.entries(wanted).some(([path, entry]) => {
    if (!path.includes("node_modules/")) return false;
    const found = installed[path];
    // Packages for other systems are in the lockfile only.
    if (found === undefined) return !entry.optional && !entry.devOptional && !entry.peer;
    return found.version !== entry.version || found.link !== entry.link;
  });
}

/** True when a workspace was not built, or its sources have changed since noteBuild. */
export function needsBuild(root) {
  const missing = workspaces(root).some(
    (folder) => existsSync(join(folder, "tsconfig.json")) && !existsSync(join(folder, "dist")),
  );
  return (
    missing || !existsSync(join(root, STAMP)) || readFileSync(join(root, STAMP), "utf8") !== digest(root)
  );
}

/** Remembers that the present sources are built. */
export function noteBuild(root) {
  writeFileSync(join(root, STAMP), digest(root));
}

/** SHA-256 over everything that the build reads. */
function digest(root) {
  const hash = createHash("sha256");
  const inputs = ["package-lock.json", "tsconfig.json", "turbo.json", "schemas"].map((name) =>
    join(root, name),
  );
  for (const folder of workspaces(root))
    inputs.push(...["package.json", "tsconfig.json", "src"].map((name) => join(folder, name)));
  for (const path of inputs.flatMap(files)) {
    const bytes = readFileSync(path);
    hash.update(`${path.slice(root.length)}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest("hex");
}

/** Folders of all workspaces, as package.json names them. */
function workspaces(root) {
  const { workspaces: patterns } = readJson(join(root, "package.json"));
  return patterns.flatMap((pattern) => {
    if (!pattern.endsWith("/*")) return [join(root, pattern)];
    const parent = join(root, pattern.slice(0, -2));
    return entries(parent).map(({ name }) => join(parent, name));
  });
}

/** The file, or every file below the folder, in a fixed order; nothing when it isn't there. */
function files(path) {
  if (!existsSync(path)) return [];
  const below = entries(path);
  if (below.length === 0) return [path];
  return below.flatMap((entry) =>
    entry.isDirectory() ? files(join(path, entry.name)) : [join(path, entry.name)],
  );
}

function entries(folder) {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    if (error.code === "ENOTDIR") return [];
    throw error;
  }
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}
