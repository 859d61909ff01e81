/** What a failure looks like to a reporter. */
export interface Failure {
  /** A BananaError's code, else undefined. */
  readonly code: string | undefined;
  readonly message: string;
  readonly where?: string | undefined;
  readonly hint?: string | undefined;
}

/** Shows the demo as it goes. */
export interface Reporter {
  start(): void;
  /** A step begins; `number` counts from 1. */
  stepStarted(number: number, title: string): void;
  /** The step that began last has ended. */
  stepDone(number: number, title: string, ms: number, details: readonly string[]): void;
  stepFailed(number: number, title: string, ms: number, failure: Failure): void;
  /** Everything went well. Paths are relative to the working folder. */
  done(ms: number, files: { readonly sheet: string; readonly page: string }): void;
}
