import { BananaError, type ErrorOptions } from "@banana-peel/format";

/** IMPORT_INVALID: the file contradicts its own format. */
export function invalid(where: string, message: string, hint?: string, cause?: unknown): BananaError {
  return new BananaError("IMPORT_INVALID", message, {
    where,
    hint: hint ?? "Save the LoRA again with the tool that made it, or fetch it again.",
    cause,
  });
}

/** IMPORT_UNSUPPORTED for a feature of one module or of the whole file. */
export function unsupported(feature: string, where: string, reason: string, mend: string): BananaError {
  return new BananaError(
    "IMPORT_UNSUPPORTED",
    `expected plain low-rank updates, found ${feature}: ${reason}`,
    {
      where,
      hint: mend,
      details: { feature, module: where, reason },
    },
  );
}

/** IMPORT_AMBIGUOUS with the choices in its details. */
export function ambiguous(message: string, options: ErrorOptions): BananaError {
  return new BananaError("IMPORT_AMBIGUOUS", message, options);
}
