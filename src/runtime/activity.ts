// Counts work that is under way, so that a tape or a simulation can wait until all is quiet.
// Waiting for a timer is not activity: only time can end that.

/** Work in progress, over all parts that share the tracker. */
export class Activity {
  #active = 0;
  #begun = 0;
  #idle: (() => void)[] = [];

  /** Begins a piece of work. Call the returned function exactly once at its end. */
  begin(): () => void {
    this.#active++;
    this.#begun++;
    let open = true;
    return () => {
      if (!open) return;
      open = false;
      this.#active--;
      if (this.#active === 0) this.#release();
    };
  }

  /** Returns how many pieces of work began so far: equal readings say that none began between them. */
  get begun(): number {
    return this.#begun;
  }

  get isIdle(): boolean {
    return this.#active === 0;
  }

  /** Resolves when no work is under way: at once if there is none. */
  whenIdle(): Promise<void> {
    if (this.#active === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  #release(): void {
    const waiting = this.#idle;
    this.#idle = [];
    for (const resolve of waiting) resolve();
  }
}
