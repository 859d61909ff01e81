// The OpenSSF's own model_signing tool in a virtual environment under node_modules/.cache.
import { execFile } from "node:child_process";
import { access, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const PACKAGES = ["model-signing==1.1.1", "pyopenssl==26.4.0"];
const folder = fileURLToPath(new URL("../../../node_modules/.cache/model-signing-1.1.1", import.meta.url));

/** Installs the tool when it isn't there yet; throws with pip's words when that fails. */
export async function installTool() {
  const bin = join(folder, "bin");
  try {
    await access(join(folder, "complete"));
  } catch {
    await rm(folder, { recursive: true, force: true });
    await run("python3", ["-m", "venv", folder]);
    await run(join(bin, "pip"), ["install", "--quiet", "--disable-pip-version-check", ...PACKAGES]);
    await run(join(bin, "model_signing"), ["--version"]);
    await writeFile(join(folder, "complete"), PACKAGES.join("\n"));
  }
  return {
    /** Signs a folder with a private key's file; rejects when the tool exits non-zero. */
    sign: (peel, privateKey) =>
      run(join(bin, "model_signing"), [
        "sign",
        "key",
        peel,
        "--private_key",
        privateKey,
        "--signature",
        join(peel, "model.sig"),
        "--ignore-paths",
        join(peel, "model.sig"),
      ]),
    /** Verifies a folder with a public key's file; rejects when the tool exits non-zero. */
    verify: (peel, publicKey) =>
      run(join(bin, "model_signing"), [
        "verify",
        "key",
        peel,
        "--public_key",
        publicKey,
        "--signature",
        join(peel, "model.sig"),
        "--ignore-paths",
        join(peel, "model.sig"),
      ]),
  };
}
