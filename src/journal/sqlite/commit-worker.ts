// The worker's side of the committer: owns the write side of one journal file, and answers each command in order.

import { parentPort, workerData } from "node:worker_threads";
import { assert } from "../../domain/assert.ts";
import { SqliteError } from "../../runtime/node/sqlite.ts";
import { CommitStore, type CommitStoreOptions } from "./commit-store.ts";
import type { WorkerAnswer, WorkerCommand } from "./committer.ts";

const port = parentPort;
assert(port !== null, "commit-worker.ts runs in a worker thread");

/** Answers with what `work` returns, or with its failure. */
function answer(work: () => WorkerAnswer): void {
  let message: WorkerAnswer;
  try {
    message = work();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const failure = error instanceof SqliteError ? error : new SqliteError("other", reason);
    message = { failure: { kind: failure.kind, message: failure.message, resultCode: failure.resultCode } };
  }
  port?.postMessage(message);
}

answer(() => {
  const store = new CommitStore(workerData as CommitStoreOptions);
  port.on("message", (command: WorkerCommand) => {
    answer(() => {
      if ("commit" in command) return { result: store.apply(command.commit) };
      store.close();
      return { closed: true };
    });
  });
  return { opened: true };
});
