import { realpath } from "node:fs/promises";
import { BananaError, LIMITS } from "@banana-peel/format";
import { type Disk, nodeDisk } from "../disk/disk.js";
import { hasCode } from "../disk/errors.js";
import { writeWhole } from "../disk/write-whole.js";

/** The key of a registry's token in .npmrc: `//host/path/:_authToken`. */
export function tokenKey(registry: string): string {
  const { host, pathname } = new URL(registry);
  return `//${host}${pathname}:_authToken`;
}

/**
 * Puts a registry's token into a .npmrc, or takes it out; every other line stays as it is. The file is there whole or
 * not at all, and only its owner may read it.
 * @returns false when there was nothing to take out
 * @throws BananaError PROJECT_INVALID when it is too large to be one; DISK_FULL, TARGET_READ_ONLY
 */
export async function writeToken(
  file: string,
  registry: string,
  token: string | undefined,
  disk: Disk = nodeDisk,
): Promise<boolean> {
  // A link, as dotfiles often are, stays one.
  const path = await realpath(file).catch(() => file);
  const text = await disk.readFile(path, "utf8").catch((error: unknown) => {
    if (hasCode(error, "ENOENT")) return "";
    throw error;
  });
  if (text.length > LIMITS.jsonBytes)
    throw new BananaError("PROJECT_INVALID", "expected an .npmrc, found a far larger file", { where: file });
  const key = tokenKey(registry);
  const lines = text.split("\n");
  const others = lines.filter((line) => line.split("=")[0]?.trim() !== key);
  if (token === undefined && others.length === lines.length) return false;
  const kept = others.join("\n").replace(/\n*$/, "");
  const added = token === undefined ? [] : [`${key}=${token}`];
  const whole = [...(kept === "" ? [] : [kept]), ...added].map((line) => `${line}\n`).join("");
  await writeWhole(path, Buffer.from(whole), disk, 0o600);
  return true;
}
