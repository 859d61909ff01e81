/**
 * What XML 1.0 allows in text (section 2.2, Char): tab, line ends, and everything from a space on but surrogates that
 * stand alone and two non-characters.
 */
const NOT_XML = /[^\t\n\r -\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

/** Escapes text for XML and HTML, in elements and in double-quoted attributes; what XML forbids becomes U+FFFD. */
export function escapeMarkup(text: string): string {
  return text
    .replace(NOT_XML, "\ufffd")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

/** Milliseconds for people: 0.4 ms, 23 ms, 1.3 s. */
export function duration(ms: number): string {
  if (ms < 10) return `${ms.toFixed(ms < 0.095 ? 2 : 1)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return `${(ms / 1000).toFixed(1)} s`;
}

/** Bytes for people: 812 B, 24.5 kB, 3.1 MB (powers of 1000). */
export function byteSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 999_950) return `${(bytes / 1000).toFixed(1)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** The start of a digest: its algorithm and `digits` characters, then an ellipsis. */
export function shortDigest(digest: string, digits = 12): string {
  const at = digest.search(/[:-]/) + 1;
  return digest.length <= at + digits ? digest : `${digest.slice(0, at + digits)}\u2026`;
}

/** Text of at most `characters`, its end replaced by an ellipsis when it is longer. */
export function shorten(text: string, characters: number): string {
  const points = [...text];
  return points.length <= characters
    ? text
    : `${points
        .slice(0, characters - 1)
        .join("")
        .trimEnd()}\u2026`;
}

/** A PNG as a data address. */
export function pngAddress(png: Uint8Array): string {
  let binary = "";
  for (const byte of png) binary += String.fromCharCode(byte);
  return `data:image/png;base64,${btoa(binary)}`;
}
