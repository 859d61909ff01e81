import { clientCodes } from "./client-codes.js";
import { formatCodes } from "./format-codes.js";
import { importerCodes } from "./importer-codes.js";
import { onnxCodes } from "./onnx-codes.js";
import { registryCodes } from "./registry-codes.js";
import { resolverCodes } from "./resolver-codes.js";
import { runtimeCodes } from "./runtime-codes.js";
import { signerCodes } from "./signer-codes.js";

/** What a code means and which exit status a command ends with. */
export interface ErrorInfo {
  /** One line: what happened. */
  readonly title: string;
  /** Why it is an error and what to do, in a few sentences. */
  readonly explanation: string;
  /** Exit status: 1 failed, 2 wrong usage, 3 invalid peel, 4 not trusted, 5 nothing fits, 6 network, 7 disk, 130 stopped. */
  readonly exit: number;
}

const table = {
  ...formatCodes,
  ...importerCodes,
  ...onnxCodes,
  ...signerCodes,
  ...resolverCodes,
  ...clientCodes,
  ...registryCodes,
  ...runtimeCodes,
} as const satisfies Record<string, ErrorInfo>;

/** Every error code there is. */
export type ErrorCode = keyof typeof table;

/** All codes, sorted. */
export const ERROR_CODES: readonly ErrorCode[] = (Object.keys(table) as ErrorCode[]).sort();

/** The meaning of a code. */
export function errorInfo(code: ErrorCode): ErrorInfo {
  return table[code];
}
