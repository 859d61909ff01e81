import { expect, test } from "vitest";
import { demoEnvironment } from "./environment.js";

test("keeps the store, settings and caches below the demo's own folder", () => {
  const env = demoEnvironment(
    { BANANA_PEEL_STORE: "/home/me/store", XDG_CACHE_HOME: "/home/me/cache" },
    "/tmp/demo",
  );
  for (const name of ["BANANA_PEEL_STORE", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"])
    expect(env[name]).toMatch(/^\/tmp\/demo\//);
});

test("drops what npm sets for its scripts, and keeps the rest", () => {
  const env = demoEnvironment(
    { npm_config_registry: "x", NPM_CONFIG_CACHE: "y", PATH: "/bin", HOME: "/home/me" },
    "/t",
  );
  expect(Object.keys(env).filter((name) => /^npm_/i.test(name))).toEqual([]);
  expect([env.PATH, env.HOME]).toEqual(["/bin", "/home/me"]);
});

test("puts no proxy between the demo and its registry", () => {
  expect(demoEnvironment({}, "/t").no_proxy).toBe("127.0.0.1,localhost");
  expect(demoEnvironment({ NO_PROXY: "corp" }, "/t").NO_PROXY).toBe("corp,127.0.0.1,localhost");
});
