import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";

/** A certificate with its key, PEM. */
export interface TestCertificate {
  readonly cert: string;
  readonly key: string;
}

/** An authority that signs certificates for tests: X.509 v3 by ECDSA P-256 (RFC 5280), made without any program. */
export interface TestAuthority extends TestCertificate {
  /** A certificate for names and IPv4 addresses; the default is this machine, valid for a day around now. */
  issue(options?: { names?: string[]; from?: Date; until?: Date; client?: boolean }): TestCertificate;
}

const DAY = 24 * 3600 * 1000;
const ECDSA_SHA256 = seq(oid(1, 2, 840, 10045, 4, 3, 2));

export function testAuthority(name = "Test authority"): TestAuthority {
  const ca = keyPair();
  const now = Date.now();
  const make = (
    subject: string,
    publicKey: KeyObject,
    extensions: Buffer[],
    from = new Date(now - DAY),
    until = new Date(now + DAY),
  ) => {
    const tbs = seq(
      tag(0xa0, integer(2)),
      integer(Math.floor(Math.random() * 2 ** 31) + 1),
      ECDSA_SHA256,
      nameOf(name),
      seq(time(from), time(until)),
      nameOf(subject),
      publicKey.export({ type: "spki", format: "der" }),
      tag(0xa3, seq(...extensions)),
    );
    return pem(seq(tbs, ECDSA_SHA256, bits(sign("sha256", tbs, ca.privateKey))));
  };
  const isAuthority = extension([29, 19], seq(tag(0x01, Buffer.from([0xff]))), true);
  return {
    cert: make(name, ca.publicKey, [isAuthority]),
    key: keyPem(ca.privateKey),
    issue({ names = ["localhost", "127.0.0.1"], from, until, client = false } = {}) {
      const pair = keyPair();
      const alternatives = names.map((item) =>
        /^[\d.]+$/.test(item)
          ? tag(0x87, Buffer.from(item.split(".").map(Number)))
          : tag(0x82, Buffer.from(item)),
      );
      const usage = extension([29, 37], seq(oid(1, 3, 6, 1, 5, 5, 7, 3, client ? 2 : 1)));
      return {
        cert: make(
          names[0]!,
          pair.publicKey,
          [extension([29, 17], seq(...alternatives)), usage],
          from,
          until,
        ),
        key: keyPem(pair.privateKey),
      };
    },
  };
}

function keyPair() {
  return generateKeyPairSync("ec", { namedCurve: "P-256" });
}

function keyPem(key: KeyObject): string {
  return key.export({ type: "pkcs8", format: "pem" }).toString();
}

function pem(der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/g)!;
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}

/** DER (X.690): a tag, the length, the content. */
function tag(number: number, ...content: Buffer[]): Buffer {
  const bytes = Buffer.concat(content);
  const { length } = bytes;
  const size =
    length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, Math.floor(length / 256), length % 256];
  return Buffer.concat([Buffer.from([number, ...size]), bytes]);
}

function seq(...content: Buffer[]): Buffer {
  return tag(0x30, ...content);
}

function integer(value: number): Buffer {
  const hex = value.toString(16);
  return tag(0x02, Buffer.from(`00${hex.length % 2 ? "0" : ""}${hex}`.replace(/^00(?=[0-7])/, ""), "hex"));
}

function bits(bytes: Buffer): Buffer {
  return tag(0x03, Buffer.from([0]), bytes);
}

function oid(first: number, second: number, ...rest: number[]): Buffer {
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const groups = [arc % 128];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128))
      groups.unshift(128 + (left % 128));
    bytes.push(...groups);
  }
  return tag(0x06, Buffer.from(bytes));
}

/** An extension of the arc 2.5. */
function extension([arc, number]: [number, number], value: Buffer, critical = false): Buffer {
  return seq(oid(2, 5, arc, number), ...(critical ? [tag(0x01, Buffer.from([0xff]))] : []), tag(0x04, value));
}

function nameOf(text: string): Buffer {
  return seq(tag(0x31, seq(oid(2, 5, 4, 3), tag(0x0c, Buffer.from(text)))));
}

/** UTCTime to 2049, GeneralizedTime from 2050 on (RFC 5280, 4.1.2.5). */
function time(date: Date): Buffer {
  const text = `${date.toISOString().replaceAll(/[-:T]|\..*/g, "")}Z`;
  return date.getUTCFullYear() < 2050 ? tag(0x17, Buffer.from(text.slice(2))) : tag(0x18, Buffer.from(text));
}
