/**
 * ECDSA signatures between WebCrypto's form, r || s of fixed width (IEEE P1363), and the one in OMS bundles, DER
 * SEQUENCE { INTEGER r, INTEGER s } (RFC 3279 section 2.2.3).
 */

/** DER of a raw signature. */
export function rawToDer(raw: Uint8Array): Uint8Array<ArrayBuffer> {
  const half = raw.length / 2;
  const body = [...integer(raw.subarray(0, half)), ...integer(raw.subarray(half))];
  return Uint8Array.from([0x30, ...lengthOf(body.length), ...body]);
}

function integer(magnitude: Uint8Array): number[] {
  let start = 0;
  while (start < magnitude.length - 1 && magnitude[start] === 0) start++;
  const bytes = [...magnitude.subarray(start)];
  if (bytes[0]! >= 0x80) bytes.unshift(0);
  return [0x02, bytes.length, ...bytes];
}

function lengthOf(length: number): number[] {
  return length < 0x80 ? [length] : [0x81, length];
}

/**
 * The raw signature of `2 * bytes` bytes in strict DER (X.690 section 10): shortest lengths, shortest integers, not
 * negative, not longer than `bytes`, nothing after the end. Zero is left to the verification, which refuses it.
 * @param bytes width of r and of s: 32, 48 or 66
 * @returns undefined for anything else
 */
export function derToRaw(der: Uint8Array, bytes: number): Uint8Array<ArrayBuffer> | undefined {
  let header = 2;
  let length = der[1];
  if (length === 0x81) {
    header = 3;
    length = der[2];
    if (length === undefined || length < 0x80) return undefined;
  } else if (length === undefined || length > 0x80) return undefined;
  if (der[0] !== 0x30 || der.length !== header + length) return undefined;

  const raw = new Uint8Array(2 * bytes);
  let at = header;
  for (const end of [bytes, 2 * bytes]) {
    const size = der[at + 1];
    if (der[at] !== 0x02 || size === undefined || size === 0 || size >= 0x80) return undefined;
    const value = der.subarray(at + 2, at + 2 + size);
    if (value.length !== size) return undefined;
    at += 2 + size;
    const first = value[0]!;
    if (first >= 0x80) return undefined;
    if (first === 0 && size > 1 && value[1]! < 0x80) return undefined;
    const magnitude = first === 0 ? value.subarray(1) : value;
    if (magnitude.length > bytes) return undefined;
    raw.set(magnitude, end - magnitude.length);
  }
  return at === der.length ? raw : undefined;
}
