import type { CachedSet } from "../cache/types.js";
import type { MergedWeight } from "../plan/merged-weight.js";
import {
  leastOf,
  openAttachSession,
  openBaseSession,
  openCachedSession,
  openMergedSession,
  type SessionSource,
} from "../session/open-session.js";
import { SessionSlot } from "../session/slot.js";
import { inTurn } from "../session/web-ort.js";

/**
 * The sessions of one graph. The base's own and the one with branches stay, so that peels come and go without a
 * reload; of those on merged weights only the one in force stays.
 */
export class GraphSessions {
  readonly #source: SessionSource;
  readonly #keys = new WeakMap<SessionSlot, string>();
  #base: SessionSlot | undefined;
  #attach: SessionSlot | undefined;
  #merged: { key: string; slot: SessionSlot } | undefined;
  /** That of the state in force; undefined before the first was kept. */
  #inForce: SessionSlot | undefined;

  constructor(source: SessionSource) {
    this.#source = source;
  }

  /** True when the session with branches is the base's too. */
  get one(): boolean {
    return this.#source.base.oneSession ?? false;
  }

  /** From which N on those with branches add changes in place. */
  get inPlaceFrom(): number {
    return leastOf(this.#source.base);
  }

  get base(): SessionSlot {
    this.#base ??= this.#slot(() => openBaseSession(this.#source));
    return this.#base;
  }

  get attach(): SessionSlot {
    this.#attach ??= this.#slot(() => openAttachSession(this.#source));
    return this.#attach;
  }

  /**
   * The session on merged weights: that in force when it was made for the same key, else a new one, which counts
   * only once `keep` says so.
   * @param key names the merged weights exactly
   * @param weights by target path, or where they are kept
   */
  merged(
    key: string,
    weights: ReadonlyMap<string, MergedWeight> | CachedSet,
    attach: boolean,
    signal?: AbortSignal,
  ): SessionSlot {
    const whole = `${attach ? "attach" : "plain"} ${key}`;
    if (this.#merged?.key === whole) return this.#merged.slot;
    const slot = this.#slot(() =>
      "folder" in weights
        ? openCachedSession(this.#source, weights, attach)
        : openMergedSession(this.#source, weights, attach, signal),
    );
    this.#keys.set(slot, whole);
    return slot;
  }

  /** Makes `slot` the one in force and retires what it replaces; with `releaseIdle` all others too. */
  keep(slot: SessionSlot, releaseIdle: boolean): Promise<void>[] {
    const retired: Promise<void>[] = [];
    const retire = (other: SessionSlot | undefined) => {
      if (other !== undefined && other !== slot) retired.push(other.retire());
      return other === slot ? slot : undefined;
    };
    this.#inForce = slot;
    const key = this.#keys.get(slot);
    retire(this.#merged?.slot);
    this.#merged = key === undefined ? undefined : { key, slot };
    if (releaseIdle) {
      this.#base = retire(this.#base);
      this.#attach = retire(this.#attach);
    }
    return retired;
  }

  /**
   * Retires a session that didn't come into force: one on merged weights, and the one with branches where it is still
   * being opened and nobody has asked for it by the time that it is open.
   */
  discard(slot: SessionSlot): Promise<void>[] {
    if (this.#keys.has(slot)) return slot === this.#merged?.slot ? [] : [slot.retire()];
    return slot === this.#attach && slot.isOpening ? [this.#retireUnused(slot)] : [];
  }

  async #retireUnused(slot: SessionSlot): Promise<void> {
    await slot.warm();
    if (slot !== this.#attach || slot === this.#inForce || slot.isUsed) return;
    this.#attach = undefined;
    await slot.retire();
  }

  /** Releases every session once its last use has ended. */
  async retireAll(): Promise<void> {
    const slots = [this.#base, this.#attach, this.#merged?.slot];
    await Promise.all(slots.map((slot) => slot?.retire()));
  }

  #slot(open: ConstructorParameters<typeof SessionSlot>[1]): SessionSlot {
    const { graph, base } = this.#source;
    return new SessionSlot(graph.name, open, (work, signal) => inTurn(base.ort, work, signal));
  }
}
