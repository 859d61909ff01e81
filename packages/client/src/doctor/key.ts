import { stat } from "node:fs/promises";
import { isBananaError } from "@banana-peel/format";
import { defaultKeyPath, readKeyFile } from "@banana-peel/signer/node";
import type { Check } from "./finding.js";

/** The key that sign and publish use; one that others may read is an error, as it is for them. */
export const checkKey: Check = async ({ env = process.env }) => {
  const path = defaultKeyPath(env);
  try {
    await stat(path);
    const { identity } = await readKeyFile(path);
    return [{ check: "key", status: "ok", message: `${path}, ${identity.fingerprint}` }];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT")
      return [
        {
          check: "key",
          status: "warning",
          message: `none at ${path}`,
          hint: "Only signing and publishing need one: banana-peel keygen",
        },
      ];
    if (!isBananaError(error)) throw error;
    const { message, hint = "Move it away, and make another: banana-peel keygen" } = error;
    return [{ check: "key", status: "error", message: `${path}: ${message}`, hint }];
  }
};
