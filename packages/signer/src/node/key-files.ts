import { chmod, open, readFile, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { BananaError } from "@banana-peel/format";
import { diskError, makeFolder, unmakeFolder } from "@banana-peel/format/node";
import type { CurveName } from "../ecdsa/curves.js";
import { generateKey, importPrivateKey, type SigningKey } from "../sign/signing-key.js";

/** Bytes of a key file; a P-521 key in PEM has under 500. */
const MAX_KEY_BYTES = 64 * 1024;

/** The environment variables that decide where keys live. */
export interface KeyEnvironment {
  readonly XDG_CONFIG_HOME?: string | undefined;
  readonly HOME?: string | undefined;
}

/** Where the user's private key lives: banana-peel/key.pem under XDG_CONFIG_HOME, else under ~/.config. */
export function defaultKeyPath(env: KeyEnvironment = process.env): string {
  const configured = env.XDG_CONFIG_HOME;
  // XDG Base Directory Specification: a path that isn't absolute is to be ignored.
  const config = configured && isAbsolute(configured) ? configured : join(env.HOME ?? homedir(), ".config");
  return join(config, "banana-peel", "key.pem");
}

/** Where the public key of a private key's file is written: key.pem has key.pub.pem beside it. */
export function publicKeyPath(privateKeyPath: string): string {
  return `${privateKeyPath.replace(/\.pem$/, "")}.pub.pem`;
}

/**
 * Makes a key pair and writes it: the private key with mode 0600 in a folder of mode 0700, the public one beside it.
 * An existing key is never overwritten.
 * @throws BananaError KEY_INVALID when either file exists, DISK_FULL, TARGET_READ_ONLY
 */
export async function createKeyFile(
  path: string = defaultKeyPath(),
  curve: CurveName = "P-256",
): Promise<{ key: SigningKey; publicKeyPath: string }> {
  const { key, privateKeyPem } = await generateKey(curve);
  const publicPath = publicKeyPath(path);
  let made: string | undefined;
  try {
    made = await makeFolder(dirname(path), { mode: 0o700 });
    await writeNew(path, privateKeyPem, 0o600);
    try {
      await writeNew(publicPath, key.identity.publicKeyPem, 0o644);
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
  } catch (error) {
    await unmakeFolder(dirname(path), made);
    throw diskError(error, path);
  }
  return { key, publicKeyPath: publicPath };
}

/**
 * Reads a private key's file. One that other users may read is refused, as ssh does.
 * @throws BananaError KEY_INVALID, FILE_MISSING
 */
export async function readKeyFile(path: string = defaultKeyPath()): Promise<SigningKey> {
  let mode: number;
  let size: number;
  try {
    ({ mode, size } = await stat(path));
  } catch (cause) {
    if (errno(cause) !== "ENOENT")
      throw keyError(path, "expected a private key that can be read", "Check the permissions.", cause);
    throw new BananaError("FILE_MISSING", `expected a private key at ${path}, found none`, {
      where: path,
      hint: "Make one with banana-peel keygen, or name another file with --key.",
      cause,
    });
  }
  if (size > MAX_KEY_BYTES)
    throw keyError(path, `expected at most ${MAX_KEY_BYTES} bytes, found ${size}`, "Is this a key?");
  if (process.platform !== "win32" && (mode & 0o077) !== 0)
    throw keyError(
      path,
      `expected a private key that only its owner can read (mode 0600), found mode 0${(mode & 0o777).toString(8)}`,
      `If nobody else had access to it: chmod 600 ${path}. Otherwise make a new key.`,
    );
  return importPrivateKey(await readFile(path, "utf8"), path);
}

async function writeNew(path: string, text: string, mode: number): Promise<void> {
  let file: Awaited<ReturnType<typeof open>>;
  try {
    file = await open(path, "wx", mode);
  } catch (cause) {
    if (errno(cause) !== "EEXIST") throw cause;
    throw keyError(
      path,
      "expected no file there, found one",
      "Keys are never overwritten: choose another path, or move the old key away.",
      cause,
    );
  }
  try {
    await file.writeFile(text);
    await file.sync();
  } catch (error) {
    // Half a key would be in the way of the next one.
    await rm(path, { force: true });
    throw diskError(error, path, text.length);
  } finally {
    await file.close();
  }
  // The umask may have taken bits from a public file's mode; a private one must have exactly 0600.
  await chmod(path, mode);
}

function errno(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

function keyError(where: string, message: string, hint: string, cause?: unknown): BananaError {
  return new BananaError("KEY_INVALID", message, { where, hint, cause });
}
