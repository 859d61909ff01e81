import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { BananaError } from "@banana-peel/format";
import { atomicWrite } from "./atomic-write.js";

/** Characters of the secret that Verdaccio signs tokens with; its own length. */
const LENGTH = 32;

/**
 * Keeps the secret that tokens are signed with in a file of our own, and gives Verdaccio its database with it. Verdaccio
 * writes that database in place at each start: a crash then would else make every token void.
 * @throws BananaError STORAGE_INVALID when the file is broken
 */
export async function keepSecret(storage: string): Promise<void> {
  const path = join(storage, "secret");
  const database = join(storage, "packages", ".verdaccio-db.json");
  const before = await textOf(database);
  let secret = await textOf(path);
  if (secret === undefined) {
    secret = secretIn(before) ?? randomBytes(LENGTH / 2).toString("hex");
    await atomicWrite(path, secret);
  }
  if (secret.length !== LENGTH)
    throw new BananaError(
      "STORAGE_INVALID",
      `expected a secret of ${LENGTH} characters, found ${secret.length}`,
      {
        where: path,
        hint: "Restore the file from a backup; without it, remove it, and every user has to log in again.",
      },
    );
  const text = JSON.stringify({ list: [], secret });
  // A registry whose disk is full still starts, and serves what it has.
  if (text !== before) await atomicWrite(database, text);
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function secretIn(database: string | undefined): string | undefined {
  try {
    const { secret } = JSON.parse(database ?? "null") as { secret?: unknown };
    return typeof secret === "string" && secret.length === LENGTH ? secret : undefined;
  } catch {
    return undefined;
  }
}
