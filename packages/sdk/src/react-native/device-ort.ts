import { BananaError, isSafePath } from "@banana-peel/format";
import type { Feeds, Ort, Session, SessionOptions } from "@banana-peel/runtime";
import type { DeviceFiles } from "./device-files.js";

/** What deviceOrt needs. */
export interface DeviceOrtOptions {
  /** `import * as ort from "onnxruntime-react-native"`. */
  readonly ort: Ort;
  readonly files: DeviceFiles;
  /** A folder for files that live while a session is made. */
  readonly scratch: string;
}

/** The key by which the runtime says where a model given as bytes finds its external data. */
const FOLDER = "model_external_initializers_file_folder_path";
let made = 0;

/**
 * onnxruntime-react-native as the runtime expects an onnxruntime to be. What is different there, read in its 1.24.3
 * sources (lib/backend.ts, cpp/):
 *
 * - a model given as bytes: the whole ArrayBuffer is taken whatever the view, and every session option is dropped.
 *   So models always go through a file;
 * - external data in memory: the whole ArrayBuffer of each is taken, and nothing keeps it alive while the session
 *   loads. So it goes into files beside the model;
 * - `extra` isn't read. So a model that reads the base's own data lies in the base's folder while it loads;
 * - a tensor's data is read from the start of its ArrayBuffer, whatever the view. So views are copied before a run.
 *
 * The files are removed as soon as the session is open: what it still maps, the system keeps until it is released.
 */
export function deviceOrt({ ort, files, scratch }: DeviceOrtOptions): Ort {
  const create = async (model: string | Uint8Array, options: SessionOptions = {}): Promise<Session> => {
    const { externalData = [], extra, ...own } = options;
    if (typeof model === "string") return wrap(await ort.InferenceSession.create(model, own), ort);
    const folder = (extra?.session as Record<string, unknown> | undefined)?.[FOLDER] as string | undefined;
    const name = `banana-peel-${++made}`;
    const beside = externalData.length === 0 && folder !== undefined;
    const place = beside ? folder : `${scratch}/${name}`;
    const path = `${place}/${name}.onnx`;
    try {
      if (!beside) await files.makeFolder(place);
      for (const [location, bytes] of externalData.map(sidecar)) {
        const at = location.lastIndexOf("/");
        if (at > 0) await files.makeFolder(`${place}/${location.slice(0, at)}`);
        await files.write(`${place}/${location}`, bytes);
      }
      await files.write(path, model);
      return wrap(await ort.InferenceSession.create(path, own), ort);
    } finally {
      await files.remove(beside ? path : place);
    }
  };
  return {
    Tensor: ort.Tensor,
    InferenceSession: { create } as unknown as Ort["InferenceSession"],
  };
}

type External = NonNullable<SessionOptions["externalData"]>[number];

function sidecar(external: External): [path: string, bytes: Uint8Array] {
  if (typeof external === "object" && "data" in external) {
    const { path, data } = external;
    if (data instanceof Uint8Array && isSafePath(path)) return [path, data];
  }
  throw new BananaError("INPUT_INVALID", "expected external data as { path, data: Uint8Array }", {
    where: "externalData",
    hint: "Let the runtime make it.",
  });
}

/** The session, with views in its feeds copied. */
function wrap(session: Session, ort: Ort): Session {
  const run: Session["run"] = ((feeds: Feeds, ...rest: []) =>
    session.run(
      Object.fromEntries(Object.entries(feeds).map(([name, tensor]) => [name, whole(tensor, ort)])),
      ...rest,
    )) as Session["run"];
  return new Proxy(session, {
    get: (target, key) => {
      if (key === "run") return run;
      const value = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

function whole(value: Feeds[string], ort: Ort): Feeds[string] {
  if (!("data" in value)) return value;
  const { data, type, dims } = value;
  if (Array.isArray(data) || (data as Uint8Array).byteOffset === 0) return value;
  return new ort.Tensor(type, (data as Uint8Array).slice(), dims);
}
