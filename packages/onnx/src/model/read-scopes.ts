import { ENTRY } from "../proto/fields.js";
import { payload, wireFields } from "../proto/wire.js";

/** Key under which PyTorch's exporter (dynamo) notes a node's modules. */
const KEY = "pkg.torch.onnx.name_scopes";

/** Bytes of such a note; deeper nesting than this is nobody's model (CWE-770). */
const MOST = 16384;

/**
 * The module paths around a node, outermost first, from one entry of its metadata_props: a list in Python's notation,
 * as in ['', 'blocks.0', 'blocks.0.fc', 'linear_3'], whose last item is the operation. Undefined for other entries
 * and for what isn't such a list.
 */
export function readScopes(entry: Uint8Array, where: string): string[] | undefined {
  let key = "";
  let value = new Uint8Array(0);
  for (const field of wireFields(entry, where)) {
    if (field.no === ENTRY.key) key = text(payload(field, where));
    else if (field.no === ENTRY.value) value = new Uint8Array(payload(field, where));
  }
  if (key !== KEY || value.length > MOST) return undefined;
  const list = text(value).trim();
  if (!/^\[\s*('[^'\\]*'|"[^"\\]*")(\s*,\s*('[^'\\]*'|"[^"\\]*"))*\s*\]$/.test(list)) return undefined;
  return [...list.matchAll(/'([^'\\]*)'|"([^"\\]*)"/g)].map(([, single, double]) => single ?? double ?? "");
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes.subarray(0, MOST));
}
