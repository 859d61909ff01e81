/** The part of a pipeline that a module belongs to. */
export type Component = "denoiser" | "text_encoder" | "text_encoder_2" | "text_encoder_3";

/** A module's path, without the prefix of its component. */
export interface ModuleName {
  /** Part of a pipeline, when the file says. */
  readonly component?: Component;
  /** dotted: parts joined by dots. flat: the dots have become underscores, which can't be undone. */
  readonly spelling: "dotted" | "flat";
  readonly text: string;
}

/** Names of pipeline parts as files and base cards spell them. */
const COMPONENTS: ReadonlyMap<string, Component> = new Map([
  ["unet", "denoiser"],
  ["transformer", "denoiser"],
  ["diffusion_model", "denoiser"],
  ["backbone", "denoiser"],
  ["te", "text_encoder"],
  ["te1", "text_encoder"],
  ["text_encoder", "text_encoder"],
  ["text_encoder_1", "text_encoder"],
  ["te2", "text_encoder_2"],
  ["text_encoder_2", "text_encoder_2"],
  ["te3", "text_encoder_3"],
  ["text_encoder_3", "text_encoder_3"],
]);

/** The pipeline part that a word names; undefined for any other word. */
export function componentOf(word: string): Component | undefined {
  return COMPONENTS.get(word);
}

/** A dotted path whose first part may name a component: `text_encoder.text_model...`. */
export function splitDotted(text: string): ModuleName {
  const dot = text.indexOf(".");
  const component = dot > 0 ? componentOf(text.slice(0, dot)) : undefined;
  return component === undefined
    ? { spelling: "dotted", text }
    : { component, spelling: "dotted", text: text.slice(dot + 1) };
}

/** A path with underscores for dots, as kohya writes it. */
export function flatten(path: string): string {
  return path.replaceAll(".", "_");
}
