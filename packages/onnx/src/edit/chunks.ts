import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";

/** Bytes of a message in pieces, so that large weights are copied once only. */
export class Chunks {
  private readonly pieces: Uint8Array[] = [];
  private size = 0;

  /** Appends bytes as they are; they are not copied until `finish`. */
  raw(bytes: Uint8Array): this {
    this.pieces.push(bytes);
    this.size += bytes.length;
    return this;
  }

  /** Appends a length-delimited field. */
  field(no: number, value: Uint8Array | Chunks): this {
    const length = value instanceof Chunks ? value.size : value.length;
    this.fields((writer) => writer.tag(no, WireType.LengthDelimited).uint32(length));
    if (value instanceof Chunks) {
      this.pieces.push(...value.pieces);
      this.size += value.size;
      return this;
    }
    return this.raw(value);
  }

  /** Appends what is written: whole fields. */
  fields(write: (writer: BinaryWriter) => unknown): this {
    return this.raw(written(write));
  }

  /** Appends a text field. */
  text(no: number, value: string): this {
    return this.fields((writer) => writeText(writer, no, value));
  }

  /** Appends an int32, int64 or enum field. */
  integer(no: number, value: number): this {
    return this.fields((writer) => writeInteger(writer, no, value));
  }

  finish(): Uint8Array {
    const bytes = new Uint8Array(this.size);
    let offset = 0;
    for (const piece of this.pieces) {
      bytes.set(piece, offset);
      offset += piece.length;
    }
    return bytes;
  }
}

/** Used again and again: a new one takes half a kilobyte for every field. */
const shared = new BinaryWriter();

/** The bytes that are written. @throws what `write` throws */
export function written(write: (writer: BinaryWriter) => unknown): Uint8Array {
  let bytes: Uint8Array;
  try {
    write(shared);
  } finally {
    // Also what was written before a failure, which would stand before the next message.
    bytes = shared.finish();
  }
  return bytes;
}

/** Writes a text field. */
export function writeText(writer: BinaryWriter, no: number, value: string): void {
  writer.tag(no, WireType.LengthDelimited).string(value);
}

/** Writes an int32, int64 or enum field. @throws Error when the value is no whole number of 64 bits */
export function writeInteger(writer: BinaryWriter, no: number, value: number): void {
  writer.tag(no, WireType.Varint).int64(value);
}
