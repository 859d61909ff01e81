import { BananaError, isBananaError } from "@banana-peel/format";
import { isDiskFull } from "@banana-peel/format/node";

/** DISK_FULL, as a client is told it, for the error of a disk without room; undefined for any other. */
export function diskFull(error: unknown): BananaError | undefined {
  if (isBananaError(error)) return error.code === "DISK_FULL" ? diskFull(error.cause) : undefined;
  if (!isDiskFull(error)) return undefined;
  const { code } = error as NodeJS.ErrnoException;
  return new BananaError(
    "DISK_FULL",
    `expected room on the registry's disk, found ${code}: nothing was stored`,
    {
      where: "registry",
      hint: "Tell the registry's operator, then try again.",
    },
  );
}
