// The binary files of the conformance cases, written from the formats' own specifications and not with packages/format,
// so that a mistake there can't hide here too.

const utf8 = (text) => new TextEncoder().encode(text);

export function concat(...parts) {
  return new Uint8Array(parts.flatMap((part) => [...(typeof part === "string" ? utf8(part) : part)]));
}

/** Little-endian bytes of float32 values. */
export function f32(values) {
  return new Uint8Array(Float32Array.from(values).buffer);
}

/** Little-endian bytes of 16-bit patterns, for F16 and BF16. */
export function u16(patterns) {
  return new Uint8Array(Uint16Array.from(patterns).buffer);
}

/** A safetensors file from a header's text and its data: any header, right or wrong. */
export function safetensorsRaw(header, data, headerBytes = utf8(header).length) {
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(headerBytes), true);
  return concat(length, header, data);
}

/** A well-formed safetensors file: tensors { name: [dtype, shape, bytes] } in their order. */
export function safetensors(tensors, metadata) {
  const header = metadata === undefined ? {} : { __metadata__: metadata };
  let offset = 0;
  for (const [name, [dtype, shape, bytes]] of Object.entries(tensors)) {
    header[name] = { dtype, shape, data_offsets: [offset, offset + bytes.length] };
    offset += bytes.length;
  }
  const text = JSON.stringify(header);
  return safetensorsRaw(
    text.padEnd(Math.ceil(text.length / 8) * 8),
    concat(...Object.values(tensors).map((t) => t[2])),
  );
}

/** A grey PNG of the given size; `claimed` sets another size in IHDR. Deflate without compression (RFC 1950, 1951). */
export function png(width = 2, height = 2, claimed = [width, height]) {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, claimed[0]);
  view.setUint32(4, claimed[1]);
  header[8] = 8;
  const rows = concat(...Array.from({ length: height }, () => [0, ...new Array(width).fill(0x80)]));
  const size = [rows.length & 255, rows.length >> 8];
  const stored = concat(
    [0x78, 1, 1, ...size, ...size.map((byte) => byte ^ 255)],
    rows,
    bigEndian(adler32(rows)),
  );
  return concat(PNG_SIGNATURE, chunk("IHDR", header), chunk("IDAT", stored), chunk("IEND", []));
}

const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

function chunk(type, data) {
  return concat(bigEndian(data.length), type, data, bigEndian(crc32(concat(type, data))));
}

function bigEndian(value) {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255);
}

function crc32(bytes) {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

function adler32(bytes) {
  let a = 1;
  let b = 0;
  for (const byte of bytes) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return ((b << 16) | a) >>> 0;
}
