import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { LAYOUT } from "./places.js";

/** The environment variables that decide where the store is. */
export interface StoreEnvironment {
  readonly BANANA_PEEL_STORE?: string | undefined;
  readonly XDG_CACHE_HOME?: string | undefined;
  readonly LOCALAPPDATA?: string | undefined;
  readonly HOME?: string | undefined;
}

/**
 * The folder of the store: BANANA_PEEL_STORE, else banana-peel/store in the platform's cache folder
 * (XDG_CACHE_HOME or ~/.cache, ~/Library/Caches, %LOCALAPPDATA%).
 */
export function storeFolder(
  env: StoreEnvironment = process.env,
  platform: string = process.platform,
): string {
  if (env.BANANA_PEEL_STORE) return resolve(env.BANANA_PEEL_STORE);
  const home = env.HOME ?? homedir();
  // XDG Base Directory Specification: a path that isn't absolute is to be ignored.
  if (env.XDG_CACHE_HOME && isAbsolute(env.XDG_CACHE_HOME))
    return join(env.XDG_CACHE_HOME, "banana-peel", "store");
  if (platform === "darwin") return join(home, "Library", "Caches", "banana-peel", "store");
  if (platform === "win32")
    return join(env.LOCALAPPDATA ?? join(home, "AppData", "Local"), "banana-peel", "store");
  return join(home, ".cache", "banana-peel", "store");
}

/** The folder of a store in which the runtime keeps merged sets. */
export function mergedFolder(store: string): string {
  return join(store, LAYOUT, "merged");
}
