export { type Adapter, doraTensor, type LowRank, readAdapter } from "./adapter.js";
export { definePeel, type PeelConfig } from "./define-peel.js";
export { diffAdapters, type ScaledAdapter, type TargetDiff } from "./diff/adapter-diff.js";
export { diffJson, type JsonChange } from "./diff/json-diff.js";
export { baseDigest, fromHex, sha256Hex, toHex, webCrypto } from "./digest.js";
export { BananaError, type ErrorOptions, isBananaError } from "./errors/banana-error.js";
export { ERROR_CODES, type ErrorCode, type ErrorInfo, errorInfo } from "./errors/codes.js";
export type { BaseCard, Image, Scheme, Target } from "./generated/base.js";
export type { Lockfile } from "./generated/lock.js";
export type {
  Adapter as AdapterEntry,
  Credit,
  PeelManifest,
  Person,
  Preview,
  Trigger,
} from "./generated/peel.js";
export type { ProjectManifest } from "./generated/project.js";
export { parseJson } from "./json.js";
export { BASE_CARD, FILES, isSafePath, LOCKFILE, PACKAGE_FIELD, PROJECT_MANIFEST } from "./layout.js";
export { LIMITS } from "./limits.js";
export { isDistTag, isPeelName, type PeelRequest, parsePeelRequest, requirePeelName } from "./names.js";
export { derivePackageJson, type PackageField, PEEL_KEYWORD, packageJsonBytes } from "./package-json.js";
export { DTYPE_BYTES, type Dtype, elementCount, type Tensor, toFloat32 } from "./safetensors/dtype.js";
export { readSafetensors, type Safetensors } from "./safetensors/read.js";
export { streamSafetensors, type TensorSink } from "./safetensors/stream.js";
export { writeSafetensors } from "./safetensors/write.js";
export {
  digestFile,
  type FileDigest,
  memorySource,
  missing,
  type PeelSource,
  streamFile,
  tooLarge,
} from "./source.js";
export { fitsTarget, showUpdateShape, type UpdateShape, updateShape } from "./update-shape.js";
