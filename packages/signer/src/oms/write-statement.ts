import { PREDICATE_TYPE, STATEMENT_TYPE } from "./constants.js";
import { rootDigest } from "./statement.js";

/**
 * The bytes of an OMS statement over files: resources sorted by path's code units, compact JSON.
 * Specification: docs/specification/signing.md, Statement.
 * @param name subject's name, for people
 * @param digests SHA-256 of each file by path, lower-case hexadecimal
 */
export async function writeStatement(
  name: string,
  digests: ReadonlyMap<string, string>,
): Promise<Uint8Array> {
  const sorted = new Map([...digests].sort(([a], [b]) => (a < b ? -1 : 1)));
  const statement = {
    _type: STATEMENT_TYPE,
    subject: [{ name, digest: { sha256: await rootDigest(sorted) } }],
    predicateType: PREDICATE_TYPE,
    predicate: {
      serialization: {
        method: "files",
        hash_type: "sha256",
        allow_symlinks: false,
        ignore_paths: ["model.sig"],
      },
      resources: [...sorted].map(([path, digest]) => ({ name: path, algorithm: "sha256", digest })),
    },
  };
  return new TextEncoder().encode(JSON.stringify(statement));
}
