import { fromBase64, toBase64 } from "../base64.js";

/** PEM (RFC 7468) with lines of 64 characters and a newline at the end, as OpenSSL and Python write it. */
export function toPem(label: string, der: Uint8Array): string {
  const lines = toBase64(der).match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}

/**
 * Reads one PEM block; white space around it and any line length are allowed.
 * @returns its label and DER, or undefined when the text is not exactly one block
 */
export function fromPem(text: string): { label: string; der: Uint8Array<ArrayBuffer> } | undefined {
  const match =
    /^\s*-----BEGIN ([A-Z0-9 ]{1,64})-----\s*([A-Za-z0-9+/=\s]*)-----END ([A-Z0-9 ]{1,64})-----\s*$/.exec(
      text,
    );
  if (match === null || match[1] !== match[3]) return undefined;
  const der = fromBase64(match[2]!.replace(/\s+/g, ""));
  return der && { label: match[1]!, der };
}
