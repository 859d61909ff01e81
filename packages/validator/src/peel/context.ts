import type { BaseCard, PeelManifest } from "@banana-peel/format";
import type { Problem } from "../problem.js";
import type { PeelFiles } from "./files.js";

/** What a rule over a whole peel sees. */
export interface PeelContext {
  readonly files: PeelFiles;
  /** undefined when peel.json is missing or invalid; rules that need it then find nothing. */
  readonly manifest: PeelManifest | undefined;
  /** The base cards at hand; undefined when adapters are not to be checked against bases. */
  readonly bases: readonly BaseCard[] | undefined;
}

/** A rule over a whole peel. */
export type PeelRule = (context: PeelContext) => Problem[] | Promise<Problem[]>;
