import { type ErrorCode, errorInfo } from "./codes.js";

/** Where a problem is: a file, a place in it, a tensor, a target, an address; as far as known. */
export interface ErrorOptions {
  /** How to mend it, as an instruction. */
  hint?: string;
  /** Where it is, as in `peel.json:/adapters/0/rank` or a tensor's name. */
  where?: string;
  /** The error that led to this one. */
  cause?: unknown;
  /** Facts for programs (`--json`); values are JSON. */
  details?: Record<string, unknown>;
}

/**
 * The one error class of Banana Peel. `message` says what was expected and what was found, `where` the place,
 * `hint` the mend; `code` is documented and printed by `banana-peel explain CODE`.
 */
export class BananaError extends Error {
  override readonly name = "BananaError";
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly where: string | undefined;
  readonly details: Record<string, unknown> | undefined;

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.where = options.where;
    this.details = options.details;
  }

  /** Exit status of a command that ends with this error. */
  get exitStatus(): number {
    return errorInfo(this.code).exit;
  }

  toJSON(): Record<string, unknown> {
    return {
      code: this.code,
      message: this.message,
      where: this.where,
      hint: this.hint,
      details: this.details,
    };
  }
}

/** True for a BananaError, also one from another copy of this package. */
export function isBananaError(error: unknown): error is BananaError {
  return error instanceof Error && error.name === "BananaError" && "code" in error;
}
