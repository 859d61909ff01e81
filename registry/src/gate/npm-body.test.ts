import { BananaError } from "@banana-peel/format";
import { describe, expect, it } from "vitest";
import { NpmBody } from "./npm-body.js";

const tarball = Buffer.from(Array.from({ length: 1000 }, (_, i) => (i * 37) % 256));
const document = (attachment: unknown = { data: tarball.toString("base64"), length: 1000 }) => ({
  name: "@peels/x",
  readme: 'tricky: "_attachments": {"a": {"data": "eA=="}} \\" \\\\',
  versions: { "1.0.0": { data: "not this", _attachments: { a: { data: "nor this" } } } },
  _attachments: { "x.tgz": attachment },
});

async function* inPieces(text: string | Buffer, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function taken(text: string, size = 97) {
  const body = new NpmBody();
  const pieces: Uint8Array[] = [];
  for await (const piece of body.tarball(inPieces(text, size))) pieces.push(piece);
  return { bytes: Buffer.concat(pieces), rest: body.rest().toString("utf8"), counted: body.tarballBytes };
}

describe("NpmBody", () => {
  it.each([1, 2, 3, 5, 64, 100_000])("takes the tarball out of pieces of %i bytes", async (size) => {
    for (const space of [undefined, 2]) {
      const { bytes, rest, counted } = await taken(JSON.stringify(document(), null, space), size);
      expect(bytes.equals(tarball)).toBe(true);
      expect(counted).toBe(1000);
      expect(JSON.parse(rest)).toEqual(document({ data: "", length: 1000 }));
    }
  });

  it("knows names in any spelling, and slashes that are escaped", async () => {
    const text = JSON.stringify(document())
      .replace('"_attachments":{"x', '"\\u005fattachments":{"x')
      .replace('{"data":"', '{"d\\u0061ta":"')
      .replaceAll("/", "\\/");
    for (const size of [1, 7, 100_000]) expect((await taken(text, size)).bytes.equals(tarball)).toBe(true);
  });

  it("keeps what is no tarball, for others to judge", async () => {
    for (const text of [
      "[]",
      "null",
      "{",
      '{"_attachments":[{"data":"eA=="}]}',
      '{"_attachments":{"data":"eA=="}}',
    ]) {
      const { bytes, rest } = await taken(text, 3);
      expect([bytes.length, rest]).toEqual([0, text]);
    }
  });

  it.each<[string, string, string]>([
    ["two tarballs", '{"_attachments":{"a":{"data":"eA=="},"b":{"data":"eA=="}}}', "PUBLISH_INVALID"],
    ["one twice", '{"_attachments":{"a":{"data":"eA==","data":"eA=="}}}', "PUBLISH_INVALID"],
    ["other characters", '{"_attachments":{"a":{"data":"e A=="}}}', "PUBLISH_INVALID"],
    ["other escapes", '{"_attachments":{"a":{"data":"e\\u0041=="}}}', "PUBLISH_INVALID"],
    ["something after the padding", '{"_attachments":{"a":{"data":"eA==eA=="}}}', "PUBLISH_INVALID"],
    ["padding alone", '{"_attachments":{"a":{"data":"===="}}}', "PUBLISH_INVALID"],
    ["an end in between", '{"_attachments":{"a":{"data":"eA', "PUBLISH_INVALID"],
    ["a large rest", `{"readme":"${"x".repeat(17 * 1024 * 1024)}"}`, "FILE_TOO_LARGE"],
    ["deep nesting", "[".repeat(1000), "PUBLISH_INVALID"],
  ])("refuses %s", async (_name, text, code) => {
    for (const size of [5, 100_000].slice(text.length > 10_000 ? 1 : 0)) {
      const error = await taken(text, size).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(BananaError);
      expect((error as BananaError).code).toBe(code);
    }
  });
});
