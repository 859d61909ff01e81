import type { Tensor } from "@banana-peel/format";
import type { Delta } from "./delta/delta.js";
import type { Magnitude } from "./delta/dora.js";
import type { ModuleName } from "./names/module-name.js";

/** The files of one LoRA, opened. */
export interface LoraFiles {
  /** Name of the weights file, for messages. */
  readonly label: string;
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** The safetensors file's own metadata. */
  readonly metadata: Readonly<Record<string, string>>;
  /** adapter_config.json beside it, when there is one. */
  readonly config?: Readonly<Record<string, unknown>>;
}

/** One module of a LoRA: what it is called in its file and what it changes. */
export interface SourceModule {
  /** Its name as its file spells it; the key of the option `map`. */
  readonly name: string;
  readonly path: ModuleName;
  readonly delta: Delta;
  /** Present for DoRA; delta is then the inner update. */
  readonly magnitude?: Magnitude;
}

/** A module or a tensor that can't be said by an adapter. */
export interface RefusedModule {
  readonly name: string;
  /** What it uses, in two or three words. */
  readonly feature: string;
  /** Why that can't be imported. */
  readonly reason: string;
  /** What its author can do. */
  readonly mend: string;
}

/** What an importer read; every tensor of the file is in a module or in a refusal. */
export interface LoraModules {
  readonly modules: readonly SourceModule[];
  readonly refused: readonly RefusedModule[];
  /** What a person should know, one sentence each. */
  readonly notes: readonly string[];
}

/**
 * One format of LoRA files. A third party adds one by passing it in ImportOptions.importers; what it must keep to is
 * tested by src/testing/importer-contract.ts.
 */
export interface Importer {
  /** Lower-case word, unique. */
  readonly id: string;
  /** Name for people. */
  readonly title: string;
  /** True when the files are of this format, by names alone; looks at no weights and never throws. */
  detect(files: LoraFiles): boolean;
  /**
   * Reads the modules. Names are left as they are: matching them to the base's targets is done for all formats alike.
   * A whole file that can't be read is a BananaError IMPORT_INVALID or IMPORT_UNSUPPORTED; a single module that can't
   * be said by an adapter is listed in `refused`.
   */
  read(files: LoraFiles): LoraModules;
}
