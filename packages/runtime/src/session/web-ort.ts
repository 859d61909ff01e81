import { Queue } from "../base/queue.js";
import type { Feeds, Ort, Session, SessionOptions } from "../ort.js";

/**
 * What is different in onnxruntime-web, read in its 1.30.0 sources (lib/wasm/wasm-core-impl.ts, proxy-wrapper.ts):
 *
 * - a run keeps its arguments on WebAssembly's stack while it awaits, and external data is mounted for whichever session
 *   is made next. Two calls under way overwrite each other's, whatever their sessions: so one goes after the other;
 * - with `env.wasm.proxy`, the buffers of a model and of what is fed go to the worker and are empty here. So it gets
 *   copies.
 */
const turns = new WeakMap<object, Queue>();

/**
 * Does some work with an onnxruntime that takes one call at a time, after the work before it; with any other at once.
 * @throws the signal's reason, as soon as it is aborted while others go first; `work` then never starts
 */
export function inTurn<T>(ort: Ort, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  if (!isWeb(ort)) return work();
  const known = turns.get(ort.InferenceSession);
  const queue = known ?? new Queue();
  if (known === undefined) turns.set(ort.InferenceSession, queue);
  return queue.run(work, signal);
}

/** Opens a session, in turn; its runs leave the caller's buffers alone, and are to be called by `inTurn`. */
export async function createSession(
  ort: Ort,
  model: string | Uint8Array,
  options: SessionOptions,
): Promise<Session> {
  if (typeof model === "string") return inTurn(ort, () => ort.InferenceSession.create(model, options));
  const session = await inTurn(ort, () =>
    ort.InferenceSession.create(isProxied(ort) ? model.slice() : model, options),
  );
  return isWeb(ort) ? guarded(session, ort) : session;
}

const isWeb = ({ env }: Ort) => env?.versions?.web !== undefined;
const isProxied = ({ env }: Ort) => env?.wasm?.proxy === true;

/** The session, which is released in turn, and is fed copies where it would take the buffers away. */
function guarded(session: Session, ort: Ort): Session {
  const run = ((feeds: Feeds, ...rest: []) =>
    session.run(isProxied(ort) ? copies(feeds, ort) : feeds, ...rest)) as Session["run"];
  const release = () => inTurn(ort, () => session.release());
  return new Proxy(session, {
    get: (target, key) => {
      if (key === "run") return run;
      if (key === "release") return release;
      const value = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

function copies(feeds: Feeds, ort: Ort): Feeds {
  const own: Record<string, Feeds[string]> = {};
  for (const [name, value] of Object.entries(feeds)) {
    const copied = "location" in value && value.location === "cpu" && !Array.isArray(value.data);
    own[name] = copied ? new ort.Tensor(value.type, (value.data as Uint8Array).slice(), value.dims) : value;
  }
  return own;
}
