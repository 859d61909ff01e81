import { type OnnxTensor, type Plane, planeOf, readElements } from "@banana-peel/onnx";
import type { FilePart } from "../merge/types.js";
import type { CheckedFiles } from "./check-files.js";
import type { OpenTarget } from "./check-target.js";
import { formSpec } from "./weights.js";

/** A target's weight as a plane, and where its bytes are. */
export interface OpenPlane {
  readonly plane: Plane;
  /** Where row 0 starts in a file of this machine, when it is in one. */
  readonly file: FilePart | undefined;
  /** The bytes of whole rows. */
  read(first: number, rows: number, signal: AbortSignal | undefined): Promise<Uint8Array>;
}

/**
 * The weight of a target as a plane; undefined when it isn't one. Only its scales are read.
 * @param folder holds the base's files on this machine, where there is one
 */
export async function openPlane(
  { target, weight, scale }: OpenTarget,
  files: CheckedFiles,
  folder: string | undefined,
  signal: AbortSignal | undefined,
): Promise<OpenPlane | undefined> {
  const read = (tensor: OnnxTensor) =>
    readElements(tensor, ({ location, offset, length }) => files.readRange(location, offset, length, signal));
  const scales = scale && { dataType: scale.dataType, bytes: await read(scale) };
  const plane = planeOf(formSpec(target), scales, target.path);
  if (plane === undefined) return undefined;
  const { data } = weight;
  if (data.kind === "external") {
    const { location, offset } = data.external;
    return {
      plane,
      file: folder === undefined ? undefined : { path: `${folder}/${location}`, offset },
      read: (first, rows, stop) =>
        files.readRange(location, offset + first * plane.stride, rows * plane.stride, stop),
    };
  }
  const bytes = await read(weight);
  return {
    plane,
    file: undefined,
    read: async (first, rows) => bytes.subarray(first * plane.stride, (first + rows) * plane.stride),
  };
}
