import { BananaError } from "@banana-peel/format";

/**
 * `module=target` as the importer's map has it; `module=` leaves the module out. The last `=` divides, since a
 * target's path has none.
 * @throws BananaError USAGE
 */
export function readMap(texts: readonly string[]): Record<string, string | null> {
  const entries = texts.map((text): [string, string | null] => {
    const at = text.lastIndexOf("=");
    if (at > 0) return [text.slice(0, at), text.slice(at + 1) || null];
    throw new BananaError("USAGE", `expected module=target, found ${JSON.stringify(text)}`, {
      where: "--map",
      hint: "For example: --map lora_unet_head=blocks.0.out, or lora_unet_head= to leave it out.",
    });
  });
  return Object.fromEntries(entries);
}
