// Collects what arrives and hands it on once per screen frame, so that two hundred messages a second
// cost sixty renderings at most. A hidden page has no frames: a timer stands in for them.

const HIDDEN_DELAY_MS = 400;

export class FrameQueue<T> {
  readonly #apply: (items: readonly T[]) => void;
  #items: T[] = [];
  #frame: number | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(apply: (items: readonly T[]) => void) {
    this.#apply = apply;
  }

  push(item: T): void {
    this.#items.push(item);
    if (this.#timer !== undefined) return;
    this.#frame = requestAnimationFrame(this.#flush);
    this.#timer = setTimeout(this.#flush, HIDDEN_DELAY_MS);
  }

  readonly #flush = (): void => {
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
    clearTimeout(this.#timer);
    this.#frame = undefined;
    this.#timer = undefined;
    const items = this.#items;
    this.#items = [];
    this.#apply(items);
  };
}
