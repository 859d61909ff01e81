import { BananaError } from "@banana-peel/format";
import type { Session } from "../ort.js";

/** When a session may be run: at once, or after other sessions' runs. */
export type Turn = <T>(work: () => Promise<T>, signal: AbortSignal | undefined) => Promise<T>;

/**
 * A session that is opened when it is first needed and released once it is retired and nobody uses it any more.
 * A retired slot stays usable for those who already hold it through `use`.
 */
export class SessionSlot {
  /** Let go of once the session is open: it may hold weights. */
  #open: (() => Promise<Session>) | undefined;
  readonly #graph: string;
  readonly #turn: Turn;
  #session: Promise<Session> | undefined;
  #users = 0;
  #released: Promise<void> | undefined;
  #idle: (() => void) | undefined;

  constructor(graph: string, open: () => Promise<Session>, turn: Turn) {
    this.#graph = graph;
    this.#turn = turn;
    this.#open = open;
  }

  /**
   * Runs `work` with the session; it stays open until `work` has ended. The claim is made before the first await.
   * @throws BananaError SESSION_FAILED when onnxruntime refuses the graph; a later call tries again
   */
  async use<T>(work: (session: Session) => Promise<T>): Promise<T> {
    if (this.#released !== undefined)
      throw new BananaError("DISPOSED", "expected an open session, found a released one");
    this.#users++;
    try {
      return await work(await this.#opened());
    } finally {
      this.#users--;
      if (this.#users === 0) this.#idle?.();
    }
  }

  /**
   * As `use`, for a run of the session: it has its turn.
   * @throws the signal's reason, when it is aborted before that; `work` then never starts
   */
  run<T>(work: (session: Session) => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    return this.use((session) => this.#turn(() => work(session), signal));
  }

  /** Whether somebody waits for the session or runs on it. */
  get isUsed(): boolean {
    return this.#users > 0;
  }

  /** Whether the session was asked for and isn't there yet. */
  get isOpening(): boolean {
    return this.#session !== undefined && this.#open !== undefined;
  }

  /** Opens the session now. @throws BananaError SESSION_FAILED */
  async warm(): Promise<void> {
    await this.use(async () => {});
  }

  /** Releases the session once the last use has ended; resolves then. */
  retire(): Promise<void> {
    this.#released ??= this.#release();
    return this.#released;
  }

  async #release(): Promise<void> {
    if (this.#users > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
    const session = await this.#session?.catch(() => undefined);
    await session?.release();
  }

  async #opened(): Promise<Session> {
    this.#session ??= this.#open!();
    try {
      const session = await this.#session;
      this.#open = undefined;
      return session;
    } catch (cause) {
      this.#session = undefined;
      if (cause instanceof BananaError) throw cause;
      throw new BananaError(
        "SESSION_FAILED",
        `expected onnxruntime to open the graph ${this.#graph}, found: ${cause instanceof Error ? cause.message : String(cause)}`,
        { where: this.#graph, hint: "Check onnxruntime's version and the memory that is left.", cause },
      );
    }
  }
}
