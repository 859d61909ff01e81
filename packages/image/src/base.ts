import type { Base } from "@banana-peel/runtime";

/** What drawing needs of an open base; a `Base` of @banana-peel/runtime is one. */
export type ImageBase = Pick<Base, "card" | "ort" | "run" | "report" | "uses" | "readFile">;
