// A process that holds a journal and appends without end, reporting each durable position on its standard output.
// Tests kill it. Arguments: the path, and the committer.

import { VirtualClock } from "../../runtime/virtual-clock.ts";
import { SqliteJournal } from "../sqlite/sqlite-journal.ts";
import { created, partlyFilled, validated } from "./example-events.ts";

const [path, committer] = process.argv.slice(2) as [string, "main" | "worker"];
const workerUrl = new URL("./commit-worker.mjs", import.meta.url);
// Its readable tables are never due: what the next opening finds is a journal whose tables trail.
const journal = await SqliteJournal.open({
  path,
  durability: "always",
  clock: new VirtualClock(0),
  committer,
  workerUrl,
});
const append = (): void => {
  const n = journal.position;
  journal.append([created(n, `id ${n}`), validated(n)], n);
  journal.append([partlyFilled(n)], n + 2);
};
journal.listen({
  committed: (durableSeq) => {
    process.stdout.write(`${durableSeq}\n`);
    append();
  },
  failed: (error) => process.stdout.write(`failed: ${error.message}\n`),
});
process.stdout.write("open\n");
append();
