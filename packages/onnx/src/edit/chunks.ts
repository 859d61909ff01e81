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
    this.raw(new BinaryWriter().tag(no, WireType.LengthDelimited).uint32(length).finish());
    if (value instanceof Chunks) {
      this.pieces.push(...value.pieces);
      this.size += value.size;
      return this;
    }
    return this.raw(value);
  }

  /** Appends a text field. */
  text(no: number, value: string): this {
    return this.field(no, new TextEncoder().encode(value));
  }

  /** Appends an int32, int64 or enum field. */
  integer(no: number, value: number): this {
    return this.raw(new BinaryWriter().tag(no, WireType.Varint).int64(value).finish());
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
