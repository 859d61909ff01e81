import { execFileSync, spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadRegistryConfig, openSource, packPeel, publishPeel, signSource } from "@banana-peel/client";
import { memorySource } from "@banana-peel/format";
import { addUser } from "@banana-peel/registry";
import { generateKey } from "@banana-peel/signer";
import { command } from "./command.mjs";
import { samplePeel, writeSampleBase } from "./sample-peel.mjs";

const PNPM = "10.28.0";
const root = fileURLToPath(new URL("../../", import.meta.url));
const cli = join(root, "packages/cli/bin/banana-peel.js");

/**
 * A registry in a process of its own with throw-away storage, a user, a key, and the three package managers, each with
 * a home of its own. `close` stops and removes all of it.
 */
export async function openMarket() {
  const folder = await mkdtemp(join(tmpdir(), "banana-peel-bench-"));
  const server = spawn(
    process.execPath,
    [
      join(root, "registry/bin/banana-peel-registry.js"),
      "--storage",
      join(folder, "storage"),
      "--port",
      "0",
      "--json",
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const url = await new Promise((resolve, reject) => {
    server.once("exit", (status) => reject(new Error(`the registry ended with ${status}`)));
    server.stdout.once("data", (text) => resolve(JSON.parse(String(text)).url));
  });
  const { token } = await addUser(url, "bench");
  const npmrc = join(folder, "npmrc");
  await writeFile(npmrc, `registry=${url}\n//${new URL(url).host}/:_authToken=${token}\n`);
  const { key, privateKeyPem } = await generateKey();
  await writeFile(join(folder, "key.pem"), privateKeyPem, { mode: 0o600 });
  const { PATH } = process.env;
  const env = {
    PATH,
    HOME: folder,
    npm_config_userconfig: npmrc,
    npm_config_update_notifier: "false",
    npm_config_audit: "false",
    npm_config_fund: "false",
    XDG_CACHE_HOME: join(folder, "cache"),
    XDG_DATA_HOME: join(folder, "data"),
    XDG_STATE_HOME: join(folder, "state"),
    npm_config_cache: join(folder, "npm-cache"),
    npm_config_store_dir: join(folder, "pnpm-store"),
    BANANA_PEEL_STORE: join(folder, "store"),
    ORT_DISABLE_TELEMETRY: "1",
    CI: "1",
  };
  const pnpm = installPnpm(folder);
  let projects = 0;
  const market = {
    folder,
    url,
    key,
    env,
    hasPnpm: pnpm !== undefined,
    /** Runs a package manager in a folder. @param {"banana-peel" | "npm" | "pnpm"} who */
    run(who, cwd, ...args) {
      const program = { "banana-peel": cli, npm: npmPath(), pnpm }[who];
      return command([program, ...args], { cwd, env });
    },
    /** Writes a peel into a folder. */
    async writePeel(options) {
      const place = join(folder, `peel-${options.name.split("/")[1]}-${options.version ?? "1.0.0"}`);
      for (const [path, bytes] of samplePeel(options)) {
        await mkdir(dirname(join(place, path)), { recursive: true });
        await writeFile(join(place, path), bytes);
      }
      return place;
    },
    /** Packs a folder, signed, for npm publish. */
    async pack(place) {
      const { tarball } = await packPeel(await signSource(await openSource(place), key));
      await writeFile(`${place}.tgz`, tarball);
      return { file: `${place}.tgz`, bytes: tarball.length };
    },
    /** Publishes without measuring. */
    async publish(options) {
      const source = memorySource(samplePeel(options));
      return publishPeel({ source, key, project: folder, env });
    },
    /** A new empty project for all three. */
    async project() {
      const place = join(folder, `project-${++projects}`);
      await mkdir(place);
      await writeFile(join(place, "package.json"), '{"name":"app","version":"1.0.0"}\n');
      await writeSampleBase(join(place, "base"));
      await writeFile(join(place, "banana.json"), '{"formatVersion":1,"bases":["./base"]}\n');
      return place;
    },
    /** Empties every cache. */
    async forget() {
      for (const name of ["npm-cache", "pnpm-store", "store", "cache", "data", "state"])
        await rm(join(folder, name), { recursive: true, force: true });
    },
    async close() {
      server.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
  await loadRegistryConfig({ cwd: folder, env });
  return market;
}

function npmPath() {
  return createRequire(join(dirname(process.execPath), "../lib/node_modules/npm/")).resolve(
    "./bin/npm-cli.js",
  );
}

/** pnpm from the machine's registry; undefined, and its rows are left out, where there is none to be had. */
function installPnpm(folder) {
  const place = join(folder, "pnpm");
  try {
    execFileSync(
      process.execPath,
      [
        npmPath(),
        "install",
        "--prefix",
        place,
        "--no-audit",
        "--no-fund",
        "--ignore-scripts",
        `pnpm@${PNPM}`,
      ],
      { stdio: "ignore", timeout: 60_000 },
    );
    return join(place, "node_modules/pnpm/bin/pnpm.cjs");
  } catch {
    return undefined;
  }
}
