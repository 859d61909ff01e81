const PAGE = 65536;

/** Hands out places in a WebAssembly memory, one behind the other; nothing is given back but all at once. */
export class Places {
  readonly #memory: WebAssembly.Memory;
  readonly #start: number;
  #next: number;

  constructor(memory: WebAssembly.Memory, start: number) {
    this.#memory = memory;
    this.#start = Math.ceil(start / 16) * 16;
    this.#next = this.#start;
  }

  clear(): void {
    this.#next = this.#start;
  }

  /** The address of `bytes` bytes, aligned to 16; the memory grows as needed. */
  take(bytes: number): number {
    const at = this.#next;
    this.#next = Math.ceil((at + bytes) / 16) * 16;
    // 16 bytes more: a kernel may load a whole vector at the end.
    const missing = this.#next + 16 - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE));
    return at;
  }
}
