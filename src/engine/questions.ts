// Asks venues, with a deadline and within our own budget of messages. Every question ends as found, absent
// or failed, and never throws; what an answer means is decided elsewhere.

import type { AccountId } from "../domain/identifiers.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Logger } from "../runtime/logger.ts";
import type { QueryResult } from "../venues/venue.ts";

/** Why a wait was aborted: told nowhere, and cheaper than the error that stands in for none. */
const ENDED = "the wait has ended";

export interface QuestionsOptions {
  readonly clock: Clock;
  /** How long a question may take, the wait for its budget included. */
  readonly timeoutMs: number;
  /** Takes a message from the budget of the account's venue. @returns `true`, or how long to wait before asking again. */
  readonly admit: (account: AccountId) => true | number;
  readonly logger: Logger;
}

export class Questions {
  readonly #options: QuestionsOptions;
  /** Ends of questions that are under way. */
  readonly #stops = new Set<() => void>();
  #isClosed = false;

  constructor(options: QuestionsOptions) {
    this.#options = options;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Ends every question that is under way, and fails every later one. */
  close(): void {
    this.#isClosed = true;
    for (const stop of this.#stops) stop();
  }

  async ask<T>(
    account: AccountId,
    question: (signal: AbortSignal) => Promise<QueryResult<T>>,
  ): Promise<QueryResult<T>> {
    const answer = await this.#answerTo(account, question);
    if (answer.kind === "failed")
      this.#options.logger.warn({ account, reason: answer.reason }, "a question to the venue failed");
    return answer;
  }

  async #answerTo<T>(
    account: AccountId,
    question: (signal: AbortSignal) => Promise<QueryResult<T>>,
  ): Promise<QueryResult<T>> {
    if (this.isClosed) return { kind: "failed", reason: "the engine has stopped asking" };
    const { clock, timeoutMs } = this.#options;
    const abort = new AbortController();
    const stop = (): void => abort.abort(ENDED);
    this.#stops.add(stop);
    const cancelTimer = clock.schedule(timeoutMs, stop);
    const silence = new Promise<QueryResult<T>>((resolve) => {
      abort.signal.addEventListener("abort", () => resolve({ kind: "failed", reason: "no answer in time" }));
    });
    const answer = async (): Promise<QueryResult<T>> => {
      await this.#budget(account, abort.signal);
      return abort.signal.aborted ? silence : question(abort.signal);
    };
    try {
      return await Promise.race([answer(), silence]);
    } catch (error) {
      return { kind: "failed", reason: error instanceof Error ? error.message : String(error) };
    } finally {
      cancelTimer();
      this.#stops.delete(stop);
      abort.abort(ENDED); // a wait for budget ends with its question
    }
  }

  async #budget(account: AccountId, signal: AbortSignal): Promise<void> {
    let endWait: () => void = () => undefined;
    signal.addEventListener("abort", () => endWait());
    while (!signal.aborted) {
      const waitMs = this.#options.admit(account);
      if (waitMs === true) return;
      await new Promise<void>((resolve) => {
        const cancelTimer = this.#options.clock.schedule(Math.max(1, waitMs), resolve);
        endWait = () => {
          cancelTimer();
          resolve();
        };
      });
    }
  }
}
