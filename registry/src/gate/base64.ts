import { BananaError } from "@banana-peel/format";

/** Decodes base64 that comes in pieces, as a JSON text carries it: `\/` is a way to write a slash. */
export class Base64Decoder {
  #left = "";
  #ended = false;

  /** @throws BananaError PUBLISH_INVALID for other characters, or any after the padding */
  take(bytes: Uint8Array): Buffer {
    let text = this.#left + Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
    let held = "";
    if (text.includes("\\")) {
      held = text.endsWith("\\") ? "\\" : "";
      text = text.slice(0, text.length - held.length).replaceAll("\\/", "/");
    }
    const whole = text.length - (text.length % 4);
    this.#left = text.slice(whole) + held;
    return this.#decode(text.slice(0, whole));
  }

  /** What is left: a last group that isn't padded. */
  end(): Buffer {
    return this.#decode(this.#left);
  }

  #decode(text: string): Buffer {
    if (text === "") return Buffer.alloc(0);
    const padding = /=*$/.exec(text.slice(-4))![0].length;
    const bytes = Buffer.from(text, "base64");
    // Node passes over what isn't base64, so that it shows in the length.
    const expected = Math.floor(((text.length - padding) * 3) / 4);
    if (this.#ended || padding > 2 || bytes.length !== expected)
      throw new BananaError("PUBLISH_INVALID", "expected the tarball in base64, found other characters", {
        where: "request:/_attachments",
        hint: "Publish with banana-peel publish or npm publish.",
      });
    this.#ended = padding > 0;
    return bytes;
  }
}
