import { FILES } from "@banana-peel/format";
import { parseBundle } from "../oms/bundle.js";
import { parseStatement } from "../oms/statement.js";

/**
 * The files that a signature says it is over, and model.sig itself: how a source that can't list its files, such as a
 * folder on a web server, knows what to ask for. Nothing is verified; `verifyPeel` reads and checks it all again.
 * @param signature the bytes of model.sig
 * @returns paths, sorted by code unit
 * @throws BananaError SIGNATURE_INVALID, JSON_INVALID, FILE_TOO_LARGE
 */
export async function signedPaths(signature: Uint8Array): Promise<string[]> {
  const { resources } = await parseStatement(parseBundle(signature).payload);
  return [...resources.keys(), FILES.signature].sort();
}
