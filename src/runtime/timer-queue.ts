// Pending timers in the order in which they come due: what the virtual and the real clock share.
// No time is read here; instants are whatever the owner counts in.

import { assert } from "../domain/assert.ts";

interface Timer {
  readonly dueAt: number;
  /** Ties come due in the order of scheduling. */
  readonly order: number;
  readonly callback: () => void;
  canceled: boolean;
}

/** A binary heap of timers. Canceled ones leave it when they reach the top, or when they are the majority. */
export class TimerQueue {
  #heap: Timer[] = [];
  #scheduled = 0;
  #canceled = 0;

  /** Returns how many timers wait. */
  get size(): number {
    return this.#heap.length - this.#canceled;
  }

  /** Returns when the next timer comes due, or `undefined` when none waits. */
  get nextDueAt(): number | undefined {
    return this.#top()?.dueAt;
  }

  /** @returns cancels the timer; without effect once it was taken. */
  add(dueAt: number, callback: () => void): () => void {
    assert(Number.isFinite(dueAt), `a timer cannot come due at ${dueAt}`);
    const timer: Timer = { dueAt, order: this.#scheduled++, callback, canceled: false };
    this.#heap.push(timer);
    this.#up(this.#heap.length - 1);
    return () => this.#cancel(timer);
  }

  /** Removes the next timer that is due at `now` and returns its callback. */
  takeDue(now: number): (() => void) | undefined {
    const timer = this.#top();
    if (timer === undefined || timer.dueAt > now) return undefined;
    this.#removeTop();
    // A cancel that comes after the timer was taken must not count it again.
    timer.canceled = true;
    return timer.callback;
  }

  #cancel(timer: Timer): void {
    if (timer.canceled) return;
    timer.canceled = true;
    this.#canceled++;
    if (this.#canceled > 64 && this.#canceled * 2 > this.#heap.length) this.#sweep();
  }

  /** A deadline that nearly always gets canceled, far ahead, would otherwise stay until it comes due. */
  #sweep(): void {
    this.#heap = this.#heap.filter((timer) => !timer.canceled).sort((a, b) => (isBefore(a, b) ? -1 : 1));
    this.#canceled = 0;
  }

  #top(): Timer | undefined {
    for (;;) {
      const top = this.#heap[0];
      if (top === undefined || !top.canceled) return top;
      this.#removeTop();
      this.#canceled--;
    }
  }

  #removeTop(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#down(0);
  }

  #up(start: number): void {
    let index = start;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(this.#at(index), this.#at(parent))) return;
      this.#swap(index, parent);
      index = parent;
    }
  }

  #down(start: number): void {
    let index = start;
    for (;;) {
      const left = 2 * index + 1;
      if (left >= this.#heap.length) return;
      const right = left + 1;
      const least = right < this.#heap.length && isBefore(this.#at(right), this.#at(left)) ? right : left;
      if (!isBefore(this.#at(least), this.#at(index))) return;
      this.#swap(index, least);
      index = least;
    }
  }

  #at(index: number): Timer {
    return this.#heap[index] as Timer;
  }

  #swap(a: number, b: number): void {
    const timer = this.#at(a);
    this.#heap[a] = this.#at(b);
    this.#heap[b] = timer;
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.dueAt < b.dueAt || (a.dueAt === b.dueAt && a.order < b.order);
}
