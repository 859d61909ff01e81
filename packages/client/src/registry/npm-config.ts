import { dirname, join } from "node:path";
import { BananaError, isBananaError } from "@banana-peel/format";
import type { NpmOptions } from "../http/credentials.js";
import type { Retry } from "../http/retry.js";
import { clientVersion } from "../version.js";
import { withPlainAddresses } from "./npm-definitions.js";

/** Where requests go and with what rights, as .npmrc files and the environment say. */
export interface RegistryConfig {
  /** npm's flat options: tokens, proxies, certificates, time limits; and `environment`, where proxies may stand too; `noCafile`, what `cafile` names when it isn't there. */
  readonly options: NpmOptions;
  /** Path of the user's .npmrc. */
  readonly userConfig: string;
  /** Address of the registry for a peel's full name; ends with a slash. */
  registryFor(name: string): string;
}

/** What the configuration is read from. */
export interface ConfigOptions {
  /** Folder of the project; its .npmrc counts, else that of the package it lies in. */
  cwd: string;
  /** Address of a registry that is used for every name, whatever .npmrc says. */
  registry?: string | undefined;
  /** Environment; `npm_config_*`, HOME and proxies count. */
  env?: NodeJS.ProcessEnv;
}

/** Retries and time limits in milliseconds where .npmrc doesn't say others: npm's own wait for minutes. */
const PATIENCE = {
  "fetch-retries": ["retries", 2],
  "fetch-retry-mintimeout": ["minTimeout", 200],
  "fetch-retry-maxtimeout": ["maxTimeout", 2_000],
} as const;
const TIMEOUT_MS = 30_000;

/**
 * Reads npm's configuration with npm's own reader: builtin, global, user and project .npmrc, `npm_config_*`.
 * @throws BananaError PROJECT_INVALID when npm refuses it, USAGE when `registry`, there or in it, is no address
 */
export async function loadRegistryConfig(options: ConfigOptions): Promise<RegistryConfig> {
  const { default: Config } = await import("@npmcli/config");
  const { default: definitions } = await import("@npmcli/config/lib/definitions/index.js");
  const explicit = options.registry === undefined ? undefined : address(options.registry, "--registry");
  // npm looks for the nearest package.json; a folder with banana.json and .npmrc alone is a project for us as well.
  const argv = [process.execPath, "npm"];
  const env = { ...(options.env ?? process.env) };
  if (await isFile(join(options.cwd, ".npmrc"))) {
    argv.push("--prefix", options.cwd);
    if (!Object.keys(env).some((key) => /^npm_config_globalconfig$/i.test(key)))
      argv.push("--globalconfig", join(globalPrefix(env), "etc", "npmrc"));
  }
  const config = new Config({
    ...definitions,
    definitions: withPlainAddresses(definitions.definitions),
    npmPath: npmFolder(),
    argv,
    env,
    cwd: options.cwd,
    warn: false,
  });
  let npm: Readonly<Record<string, unknown>>;
  try {
    await config.load();
    address(String(config.get("registry")), ".npmrc");
    config.validate();
    // Reads the file that `cafile` names.
    npm = config.flat;
  } catch (cause) {
    if (isBananaError(cause)) throw cause;
    throw new BananaError(
      "PROJECT_INVALID",
      `expected a usable .npmrc: ${(cause as Error).message.split("\n")[0]}`,
      {
        where: ".npmrc",
        hint: "Correct it, for example with npm config fix.",
        cause,
      },
    );
  }
  const retry: Record<string, number> = { ...(npm.retry as Retry) };
  for (const [key, [field, value]] of Object.entries(PATIENCE))
    if (config.isDefault(key)) retry[field] = value;
  const timeout = config.isDefault("fetch-timeout") ? TIMEOUT_MS : npm.timeout;
  const cafile = config.get("cafile");
  const noCafile =
    typeof cafile === "string" && cafile !== "" && !(await isFile(cafile)) ? cafile : undefined;
  const flat = { ...npm, retry, timeout, environment: env, noCafile, userAgent: userAgent() };
  return {
    options: flat,
    userConfig: String(config.get("userconfig")),
    registryFor(name) {
      const scoped = (flat as Record<string, unknown>)[`${name.slice(0, name.indexOf("/"))}:registry`];
      return explicit ?? address(String(scoped ?? npm.registry), ".npmrc");
    },
  };
}

function address(text: string, where: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) {
    const { username, password } = new URL(text);
    if (username === "" && password === "") return new URL(text).href.replace(/\/*$/, "/");
    // It would be written into banana.lock.
    throw new BananaError("USAGE", "expected the address of a registry alone, found one with a password", {
      where,
      hint: "Put //HOST/:_auth=BASE64 into .npmrc, of NAME:PASSWORD in base64; or log in: banana-peel login NAME",
    });
  }
  throw new BananaError("USAGE", `expected the address of a registry, found ${JSON.stringify(text)}`, {
    where,
    hint: "Write it with its protocol: http://localhost:4873/",
  });
}

async function isFile(path: string): Promise<boolean> {
  const { stat } = await import("node:fs/promises");
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

function globalPrefix(env: NodeJS.ProcessEnv): string {
  if (env.PREFIX) return env.PREFIX;
  return process.platform === "win32" ? dirname(process.execPath) : dirname(dirname(process.execPath));
}

/** The folder of the npm that came with this Node, whose npmrc is the builtin one. */
function npmFolder(): string {
  const modules = process.platform === "win32" ? "node_modules" : "../lib/node_modules";
  return join(dirname(process.execPath), modules, "npm");
}

function userAgent(): string {
  return `banana-peel/${clientVersion()} node/${process.version} ${process.platform} ${process.arch}`;
}
