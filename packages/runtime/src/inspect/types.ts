import type { BaseCard } from "@banana-peel/format";
import type { Doubt } from "@banana-peel/onnx";
import type { BaseFiles } from "../base/types.js";

/** What inspectBase needs. */
export interface InspectBaseOptions extends BaseFiles {
  /** Paths of the ONNX models, by the name that each graph gets on the card: lower-case, as in `main`. */
  readonly models: Readonly<Record<string, string>>;
  /** Further files that the base needs (tokenizer, vocabulary), by path. */
  readonly files?: readonly string[];
  /** What a model can't say of itself. */
  readonly about: Pick<BaseCard, "family" | "version" | "license"> & { title?: string; description?: string };
  /** Module paths by the name of a node: settles doubts, and names what has no name. null leaves a layer out. */
  readonly map?: ReadonlyMap<string, string | null>;
  /**
   * Models as they were before they were quantised, by the name of the graph: the module paths of their layers count
   * too, since quantisers drop what PyTorch's newer exporter noted. Nothing of them goes onto the card.
   */
  readonly before?: Readonly<Record<string, Uint8Array>>;
  readonly signal?: AbortSignal;
  /** Called when a file was hashed or a layer was read: of how many steps so many are done. */
  readonly progress?: (done: number, total: number) => void;
}

/** A layer that was left out of the card. */
export interface BaseDoubt extends Doubt {
  /** Name of its graph on the card. */
  readonly graph: string;
}

/** What a model that nobody had seen turned out to be. */
export interface BaseInspection {
  /** A card that openBase takes: every target of it was confirmed against the graph. */
  readonly card: BaseCard;
  /** Weights that the card leaves out, and why. */
  readonly doubts: readonly BaseDoubt[];
}
