// Where commits run: on the main thread, which has the shortest way to the disk, or in a worker, which keeps the main
// thread free while a slow disk syncs. One interface; the journal has one commit under way at most.

import { Worker } from "node:worker_threads";
import { SqliteError, type SqliteErrorKind } from "../../runtime/node/sqlite.ts";
import { type CommitRequest, type CommitResult, CommitStore, type CommitStoreOptions } from "./commit-store.ts";

/** Either the result, or why nothing of the request is known to be stored. */
export type CommitOutcome = { readonly result: CommitResult } | { readonly error: Error };

export interface Committer {
  /** Calls `done` once: at once or in a later turn. */
  commit(request: CommitRequest, done: (outcome: CommitOutcome) => void): void;
  close(): Promise<void>;
}

/** Runs each commit where it is asked for, and calls back at once. */
export function openMainCommitter(options: CommitStoreOptions): Committer {
  const store = new CommitStore(options);
  return {
    commit(request, done) {
      let outcome: CommitOutcome;
      try {
        outcome = { result: store.apply(request) };
      } catch (error) {
        outcome = { error: asError(error) };
      }
      done(outcome);
    },
    async close() {
      store.close();
    },
  };
}

/** What the worker is told. */
export type WorkerCommand = { readonly commit: CommitRequest } | { readonly close: true };
/** What the worker answers: once when it is open, then once per command. */
export type WorkerAnswer =
  | { readonly opened: true }
  | { readonly result: CommitResult }
  | { readonly closed: true }
  | { readonly failure: { readonly kind: SqliteErrorKind; readonly message: string; readonly resultCode: number } };

/** Starts a worker that owns the file's write side. @throws {SqliteError} when it cannot open the file. */
export async function openWorkerCommitter(
  options: CommitStoreOptions,
  workerUrl = commitWorkerUrl(),
): Promise<Committer> {
  const worker = new WorkerCommitter(new Worker(workerUrl, { workerData: options }));
  await worker.opened;
  return worker;
}

/** The worker's file beside this one: compiled, or a source under a loader that runs sources. */
function commitWorkerUrl(): URL {
  return new URL(import.meta.url.endsWith(".ts") ? "./commit-worker.ts" : "./commit-worker.js", import.meta.url);
}

type Waiting = (answer: WorkerAnswer) => void;

class WorkerCommitter implements Committer {
  readonly opened: Promise<void>;
  readonly #worker: Worker;
  #waiting: Waiting | undefined;
  #ended: SqliteError | undefined;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.on("message", (answer: WorkerAnswer) => this.#settle(answer));
    worker.on("error", (error: Error) => this.#end(`The commit worker failed: ${error.message}.`));
    worker.on("exit", (code) => this.#end(`The commit worker ended with code ${code}.`));
    this.opened = new Promise((resolve, reject) => {
      this.#await((answer) => {
        if ("failure" in answer) reject(fromFailure(answer.failure));
        else resolve();
      });
    });
  }

  commit(request: CommitRequest, done: (outcome: CommitOutcome) => void): void {
    this.#await((answer) => {
      if ("result" in answer) done({ result: answer.result });
      else if ("failure" in answer) done({ error: fromFailure(answer.failure) });
    });
    this.#send({ commit: request });
  }

  async close(): Promise<void> {
    if (this.#ended === undefined) {
      await new Promise<void>((resolve) => {
        this.#await(() => resolve());
        this.#send({ close: true });
      });
    }
    await this.#worker.terminate();
  }

  /** A worker that waits for nothing does not keep the process alive; one that owes an answer does. */
  #await(waiting: Waiting): void {
    if (this.#ended !== undefined) {
      waiting({ failure: { kind: "other", message: this.#ended.message, resultCode: 0 } });
      return;
    }
    this.#waiting = waiting;
    this.#worker.ref();
  }

  #send(command: WorkerCommand): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    if (this.#ended === undefined) this.#worker.postMessage(command);
  }

  #settle(answer: WorkerAnswer): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    this.#worker.unref();
    waiting?.(answer);
  }

  #end(message: string): void {
    if (this.#ended !== undefined) return;
    this.#ended = new SqliteError("other", message);
    this.#settle({ failure: { kind: "other", message, resultCode: 0 } });
  }
}

function fromFailure(failure: { kind: SqliteErrorKind; message: string; resultCode: number }): SqliteError {
  return new SqliteError(failure.kind, failure.message, failure.resultCode);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
