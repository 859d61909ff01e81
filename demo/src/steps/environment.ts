import { join } from "node:path";

/**
 * The environment of everything that the demo runs: store, settings and caches below its own folder, no npm settings
 * of the script that started it, and no proxy between it and its registry.
 */
export function demoEnvironment(env: NodeJS.ProcessEnv, temp: string): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !/^(npm_|BANANA_PEEL_)/i.test(name));
  const direct = [env.NO_PROXY ?? env.no_proxy, "127.0.0.1", "localhost"].filter(Boolean).join(",");
  return {
    ...Object.fromEntries(kept),
    BANANA_PEEL_STORE: join(temp, "store"),
    XDG_CONFIG_HOME: join(temp, "config"),
    XDG_CACHE_HOME: join(temp, "cache"),
    NO_PROXY: direct,
    no_proxy: direct,
  };
}
