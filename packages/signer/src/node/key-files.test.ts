import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { expectCode } from "../testing/expect-code.js";
import { createKeyFile, defaultKeyPath, publicKeyPath, readKeyFile } from "./key-files.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "banana-peel-keys-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("key files", () => {
  it("are private, have their public half beside them, and read back", async () => {
    const path = join(folder, "deep", "key.pem");
    const made = await createKeyFile(path);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, "deep"))).mode & 0o777).toBe(0o700);
    expect(await readFile(made.publicKeyPath, "utf8")).toBe(made.key.identity.publicKeyPem);
    expect((await readKeyFile(path)).identity).toEqual(made.key.identity);
  });

  it("are never overwritten", async () => {
    const path = join(folder, "key.pem");
    await writeFile(path, "mine");
    const error = await expectCode(createKeyFile(path), "KEY_INVALID");
    expect(error.hint).toMatch(/never overwritten/);
    expect(await readFile(path, "utf8")).toBe("mine");
  });

  it("leave nothing behind when only the public half is in the way", async () => {
    const path = join(folder, "key.pem");
    await writeFile(publicKeyPath(path), "theirs");
    await expectCode(createKeyFile(path), "KEY_INVALID");
    await expectCode(readKeyFile(path), "FILE_MISSING");
    expect(await readFile(publicKeyPath(path), "utf8")).toBe("theirs");
  });

  it.skipIf(process.platform === "win32")("are refused when others may read them", async () => {
    const path = join(folder, "key.pem");
    await createKeyFile(path);
    for (const mode of [0o640, 0o604, 0o666, 0o610]) {
      await chmod(path, mode);
      const error = await expectCode(readKeyFile(path), "KEY_INVALID");
      expect(error.hint).toContain(`chmod 600 ${path}`);
    }
  });

  it("say what is wrong: missing, too large, not a key", async () => {
    const missing = await expectCode(readKeyFile(join(folder, "none.pem")), "FILE_MISSING");
    expect(missing.hint).toMatch(/keygen/);
    const path = join(folder, "odd.pem");
    await writeFile(path, "x".repeat(70_000), { mode: 0o600 });
    await expectCode(readKeyFile(path), "KEY_INVALID");
    await writeFile(path, "x");
    const error = await expectCode(readKeyFile(path), "KEY_INVALID");
    expect(error.where).toBe(path);
    const blocked = await expectCode(createKeyFile(join(path, "key.pem")), "TARGET_READ_ONLY");
    expect(blocked.exitStatus).toBe(7);
    await mkdir(join(folder, "taken.pub.pem"));
    await expectCode(createKeyFile(join(folder, "taken.pem")), "KEY_INVALID");
    expect((await readdir(folder)).sort()).toEqual(["odd.pem", "taken.pub.pem"]);
  });

  it("live under XDG_CONFIG_HOME, or ~/.config when that is unset or relative", () => {
    expect(defaultKeyPath({ XDG_CONFIG_HOME: "/c", HOME: "/h" })).toBe("/c/banana-peel/key.pem");
    expect(defaultKeyPath({ HOME: "/h" })).toBe("/h/.config/banana-peel/key.pem");
    expect(defaultKeyPath({ XDG_CONFIG_HOME: "c", HOME: "/h" })).toBe("/h/.config/banana-peel/key.pem");
    expect(defaultKeyPath({ XDG_CONFIG_HOME: "", HOME: "/h" })).toBe("/h/.config/banana-peel/key.pem");
  });
});
