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
    return this.fields((writer) => writer.tag(no, WireType.LengthDelimited).string(value));
  }

  /** Appends an int32, int64 or enum field. */
  integer(no: number, value: number): this {
    return this.fields((writer) => writer.tag(no, WireType.Varint).int64(value));
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

/** The bytes that are written. */
export function written(write: (writer: BinaryWriter) => unknown): Uint8Array {
  write(shared);
  return shared.finish();
}
