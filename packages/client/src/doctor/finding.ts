/** What a look at one thing found. */
export interface Finding {
  /** What was looked at. */
  readonly check: string;
  /** error: something will fail; warning: something may; skipped: it could not be looked at. */
  readonly status: "ok" | "warning" | "error" | "skipped";
  /** What is there, in words. */
  readonly message: string;
  /** How to mend it. */
  readonly hint?: string;
}

/** Where the doctor looks, and what a test may put in the place of the machine. */
export interface DoctorOptions {
  /** Folder of the project whose files, .npmrc and onnxruntime count. */
  readonly project: string;
  readonly registry?: string | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly signal?: AbortSignal | undefined;
  /** This process's Node, as in `v20.20.0`. */
  readonly nodeVersion?: string | undefined;
  /** Milliseconds since 1970. */
  readonly now?: (() => number) | undefined;
  /** Bytes free on the file system of a folder. */
  readonly freeBytes?: ((folder: string) => Promise<number>) | undefined;
}

/** One check. What it throws is reported as an error of that check. */
export type Check = (options: DoctorOptions) => Promise<readonly Finding[]>;
