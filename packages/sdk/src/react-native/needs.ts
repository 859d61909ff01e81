import { BananaError } from "@banana-peel/format";

/**
 * Digests and signatures need WebCrypto, which Hermes lacks.
 * @throws BananaError INPUT_INVALID when there is none
 */
export function needsWebCrypto(): void {
  if (typeof globalThis.crypto?.subtle?.digest === "function") return;
  throw new BananaError("INPUT_INVALID", "expected crypto.subtle, found none", {
    where: "globalThis.crypto.subtle",
    hint: "Install one before banana-sdk is used: react-native-quick-crypto has install().",
  });
}
