import { Tensor } from "onnxruntime-common";
import type { Feeds, Ort, Session, SessionOptions } from "../ort.js";

/** A session of FakeOrt. */
export interface FakeSession {
  readonly model: string | Uint8Array;
  readonly options: SessionOptions;
  released: boolean;
  runs: Feeds[];
}

/** An onnxruntime that runs nothing but remembers everything, and fails or waits on demand. */
export class FakeOrt {
  readonly sessions: FakeSession[] = [];
  /** Called before a session is made or run; may throw or wait. */
  onCreate: () => Promise<void> | void = () => {};
  onRun: () => Promise<void> | void = () => {};

  get open(): FakeSession[] {
    return this.sessions.filter(({ released }) => !released);
  }

  get ort(): Ort {
    const create = async (model: string | Uint8Array, options: SessionOptions = {}) => {
      await this.onCreate();
      const made: FakeSession = { model, options, released: false, runs: [] };
      this.sessions.push(made);
      return {
        run: async (feeds: Feeds) => {
          await this.onRun();
          if (made.released) throw new Error("Session already disposed");
          made.runs.push(feeds);
          return {};
        },
        release: async () => {
          if (made.released) throw new Error("Session already disposed");
          made.released = true;
        },
      } as unknown as Session;
    };
    return { Tensor, InferenceSession: { create } as unknown as Ort["InferenceSession"] };
  }
}
