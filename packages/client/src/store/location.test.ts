import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { storeFolder } from "./location.js";

describe("storeFolder", () => {
  it.each([
    [{ BANANA_PEEL_STORE: "here" }, "linux", resolve("here")],
    [{ XDG_CACHE_HOME: "/cache", HOME: "/home/ada" }, "linux", join("/cache", "banana-peel", "store")],
    [{ XDG_CACHE_HOME: "relative", HOME: "/home/ada" }, "linux", join("/home/ada/.cache/banana-peel/store")],
    [{ HOME: "/home/ada" }, "darwin", join("/home/ada/Library/Caches/banana-peel/store")],
    [{ LOCALAPPDATA: "/local", HOME: "/home/ada" }, "win32", join("/local", "banana-peel", "store")],
    [{ HOME: "/home/ada" }, "win32", join("/home/ada/AppData/Local/banana-peel/store")],
  ])("%j on %s is %s", (env, platform, folder) => expect(storeFolder(env, platform)).toBe(folder));
});
