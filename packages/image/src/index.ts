export type { ImageBase } from "./base.js";
export { IMAGE_LIMITS } from "./limits.js";
export { type MergedVocabulary, mergedVocabulary } from "./merged-vocabulary.js";
export {
  type GeneratedPicture,
  type GenerateOptions,
  type ImageModel,
  type ImageOptions,
  openImage,
} from "./model.js";
export type { Picture } from "./pixels.js";
export { encodePng } from "./png.js";
export type { PromptWarning } from "./prompt/warnings.js";
export { consistencySampler } from "./sampler/consistency.js";
export type { Sampler, SampleTask } from "./sampler/sampler.js";
