import { BananaError } from "@banana-peel/format";

/** BASE_INVALID: the card and the model don't agree. */
export function baseInvalid(where: string, message: string, cause?: unknown): BananaError {
  return new BananaError("BASE_INVALID", message, {
    where,
    hint: "Correct the base card, or take the card and the model from the same version of the base.",
    cause,
  });
}
