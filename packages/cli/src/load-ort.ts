import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { BananaError } from "@banana-peel/format";
import type { Ort } from "@banana-peel/runtime";

const PACKAGE = "onnxruntime-node";

/**
 * The onnxruntime-node of the project, else the one beside this package. Its telemetry, which writes a device id into
 * the user's cache folder, is off unless the environment says otherwise.
 * @throws BananaError PACKAGE_MISSING, with why it can't be loaded
 */
export async function loadOrt(project: string): Promise<Ort> {
  process.env.ORT_DISABLE_TELEMETRY ??= "1";
  let cause: unknown;
  for (const from of [join(resolve(project), "package.json"), import.meta.url]) {
    let path: string;
    try {
      path = createRequire(from).resolve(PACKAGE);
    } catch {
      continue;
    }
    try {
      const module = (await import(pathToFileURL(path).href)) as Ort & { default?: Ort };
      return module.InferenceSession === undefined && module.default ? module.default : module;
    } catch (error) {
      cause = error;
    }
  }
  const found = cause === undefined ? "none" : `one that fails to load: ${(cause as Error).message}`;
  throw new BananaError("PACKAGE_MISSING", `expected the package ${PACKAGE}, found ${found}`, {
    where: resolve(project),
    hint: `npm install ${PACKAGE}`,
    ...(cause === undefined ? {} : { cause }),
  });
}
