import { bound } from "../errors.js";
import { DIM, SHAPE, TENSOR_TYPE, TYPE, VALUE } from "../proto/fields.js";
import { integer, name, once, payload, wireFields } from "../proto/wire.js";
import type { OnnxValue } from "./types.js";

/** Reads a ValueInfoProto: a graph's input, output or stated intermediate. */
export function readValue(bytes: Uint8Array, where: string): OnnxValue {
  let valueName: string | undefined;
  let tensor: Uint8Array | undefined;
  for (const field of wireFields(bytes, where)) {
    if (field.no === VALUE.name) valueName = once(valueName, name(field, where), "name", where);
    else if (field.no === VALUE.type)
      for (const inner of wireFields(payload(field, where), where))
        if (inner.no === TYPE.tensor) tensor = payload(inner, where);
  }
  let dataType: number | undefined;
  let dims: OnnxValue["dims"];
  if (tensor !== undefined)
    for (const field of wireFields(tensor, where)) {
      if (field.no === TENSOR_TYPE.elemType) dataType = integer(field, where);
      else if (field.no === TENSOR_TYPE.shape) dims = readShape(payload(field, where), where);
    }
  return { name: valueName ?? "", dataType, dims };
}

function readShape(bytes: Uint8Array, where: string): (number | string | undefined)[] {
  const dims: (number | string | undefined)[] = [];
  for (const field of wireFields(bytes, where)) {
    if (field.no !== SHAPE.dim) continue;
    let size: number | string | undefined;
    for (const inner of wireFields(payload(field, where), where)) {
      if (inner.no === DIM.value) size = integer(inner, where);
      else if (inner.no === DIM.param) size = name(inner, where) || undefined;
    }
    dims.push(size);
    bound("dimensions", dims.length, where);
  }
  return dims;
}
