// What every entry point exports, wherever the host runs.
export {
  BananaError,
  type BaseCard,
  type ErrorCode,
  isBananaError,
  type Lockfile,
  memorySource,
  type PeelManifest,
  type PeelSource,
} from "@banana-peel/format";
export {
  encodePng,
  type GeneratedPicture,
  type GenerateOptions,
  type ImageModel,
  openImage,
} from "@banana-peel/image";
export type {
  Base,
  Feeds,
  LoadedPeel,
  Merging,
  OnProgress,
  Ort,
  PeelChoice,
  PeelUse,
  Plan,
  PlanOptions,
  Progress,
  Report,
  RunFeeds,
  RunOptions,
  SetPeelsOptions,
} from "@banana-peel/runtime";
export { unsafeUnverifiedPeel, type VerifiedPeel, verifyPeel } from "@banana-peel/signer/verify";
export type { SignerChoice } from "./check-signer.js";
export type { PeelInput } from "./open-peel.js";
