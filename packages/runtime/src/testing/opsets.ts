import { createHash } from "node:crypto";
import type { BaseCard } from "@banana-peel/format";
import type { memoryBase } from "./vectors.js";

/** A base in memory whose one model says another version of ONNX's operators. */
export function atOpset<T extends Pick<ReturnType<typeof memoryBase>, "card" | "files">>(
  base: T,
  version: number,
): T {
  const path = base.card.graphs.main!.model;
  const bytes = withOpset(base.files.get(path)!, version);
  base.files.set(path, bytes);
  return { ...base, card: withFile(base.card, path, bytes) };
}

/** A card that tells the truth about a changed file. */
export function withFile(card: BaseCard, path: string, bytes: Uint8Array): BaseCard {
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return {
    ...card,
    files: card.files.map((file) => (file.path === path ? { path, bytes: bytes.length, sha256 } : file)),
  };
}

/** ModelProto.opset_import, and OperatorSetIdProto.domain and version, as wire tags. */
const TAG = { opsets: 0x42, domain: 0x0a, version: 0x10 } as const;

function withOpset(model: Uint8Array, version: number): Uint8Array {
  const out = model.slice();
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = out[at++]!;
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  while (at < out.length) {
    const tag = varint();
    if ((tag & 7) === 0) {
      varint();
      continue;
    }
    const end = varint() + at;
    if (tag === TAG.opsets) {
      const own = out.subarray(at, end);
      const named = own[0] === TAG.domain && own[1]! > 0;
      const place = own.indexOf(TAG.version) + 1;
      if (!named && place > 0) own[place] = version;
    }
    at = end;
  }
  return out;
}
