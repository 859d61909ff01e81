import { BananaError, FILES, isPeelName, LIMITS, type PeelManifest, parseJson } from "@banana-peel/format";

/** Semantic version 2.0.0, the expression that semver.org suggests. */
const SEMVER =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\+([0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?$/;

/**
 * Reads peel.json so far as identity needs: the format's version, the name, the version of the peel. Whether it
 * follows its schema is the validator's to say. The result is frozen, all the way down.
 * @throws BananaError JSON_INVALID, FILE_TOO_LARGE, SCHEMA_INVALID, FORMAT_VERSION_UNKNOWN
 */
export function readManifest(bytes: Uint8Array): PeelManifest {
  const value = parseJson(bytes, FILES.manifest, LIMITS.manifestBytes);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw schema("", "expected an object");
  const manifest = value as Record<string, unknown>;
  if (manifest.formatVersion !== 1)
    throw new BananaError(
      "FORMAT_VERSION_UNKNOWN",
      `expected formatVersion 1, found ${JSON.stringify(manifest.formatVersion)?.slice(0, 100) ?? "none"}`,
      { where: `${FILES.manifest}:/formatVersion`, hint: "Update banana-peel, or ask for format version 1." },
    );
  if (typeof manifest.name !== "string" || !isPeelName(manifest.name))
    throw schema("/name", "expected a peel's name, @scope/name");
  if (typeof manifest.version !== "string" || manifest.version.length > 256 || !SEMVER.test(manifest.version))
    throw schema("/version", "expected a semantic version such as 1.0.0");
  return freeze(manifest) as unknown as PeelManifest;
}

function schema(place: string, message: string): BananaError {
  return new BananaError("SCHEMA_INVALID", message, {
    where: `${FILES.manifest}:${place}`,
    hint: "Correct peel.json as docs/specification/peel.md says.",
  });
}

function freeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(freeze);
  }
  return value;
}
