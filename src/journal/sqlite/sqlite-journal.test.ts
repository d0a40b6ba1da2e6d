// The journal in a file: the contract on both committers, the readable tables and their lag, durability, snapshots.
// Locks, damaged files and killed processes are in journal-file.test.ts.

import { statSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openDatabase, type SqliteRow } from "../../runtime/node/sqlite.ts";
import { describeJournal, type JournalHarness } from "../journal.contract.ts";
import type { ProjectionRows } from "../projection.ts";
import {
  created,
  epochStarted,
  exampleOrderId,
  main,
  orderRow,
  partlyFilled,
  replaced,
  rows,
  validated,
} from "../testing/example-events.ts";
import { TemporaryJournal } from "../testing/temporary-journal.ts";
import type { SqliteJournal } from "./sqlite-journal.ts";

function harness(committer: "main" | "worker"): JournalHarness {
  const temporary = new TemporaryJournal();
  return {
    open: (activity) =>
      temporary.open({ committer, maxBytes: 250_000, ...(activity === undefined ? {} : { activity }) }),
    // The contract's failing commits are larger than the file may become: nothing else is to be done.
    fillDisk: async () => undefined,
    dispose: () => temporary.dispose(),
  };
}

describeJournal("sqlite, commits on the main thread", () => harness("main"));
describeJournal("sqlite, commits in a worker", () => harness("worker"), 3);

describe("a journal in a file", () => {
  let temporary: TemporaryJournal;
  beforeEach(() => {
    temporary = new TemporaryJournal();
  });
  afterEach(() => temporary.dispose());

  /** Reads the file as any SQLite tool would. */
  function query(sql: string): readonly SqliteRow[] {
    using database = openDatabase(temporary.path, { readOnly: true });
    return database.prepare(sql).all();
  }
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  /** Appends and waits for the commit, without a flush: the tables keep their lag. */
  async function commit(journal: SqliteJournal, ...events: Parameters<SqliteJournal["append"]>[0]): Promise<void> {
    journal.append(events, journal.position);
    while (journal.durablePosition < journal.position) await turn();
  }
  const tables = (): unknown =>
    query("SELECT name, position FROM projection ORDER BY name").map((row) => row["position"]);

  describe("the readable tables", () => {
    test("are written with a commit once the lag has passed, as of that commit", async () => {
      const journal = await temporary.open({ projectionLagMs: 250 });
      const taken: number[] = [];
      journal.project({
        takeChangedRows: () => {
          taken.push(journal.position);
          return rows({ orders: [orderRow(1, journal.position)] });
        },
      });
      await commit(journal, created(1));
      await temporary.pass(249);
      await commit(journal, validated(1));
      expect([taken, tables(), journal.projectedPosition]).toEqual([[], [0, 0], 0]);
      // The lag ends and an event is appended in one turn: one commit takes both.
      const passing = temporary.pass(1);
      await commit(journal, partlyFilled(1));
      await passing;
      expect([taken, tables(), journal.projectedPosition]).toEqual([[3], [3, 3], 3]);
      expect(query("SELECT order_id, last_seq FROM orders")).toEqual([{ order_id: exampleOrderId(1), last_seq: 3 }]);
    });

    test("are written by the timer alone when nothing is appended any more, and then no timer is left", async () => {
      const journal = await temporary.open();
      journal.project({ takeChangedRows: () => rows({ orders: [orderRow(1, 1)] }) });
      await commit(journal, created(1));
      await temporary.pass(250);
      expect([tables(), journal.projectedPosition, temporary.clock.nextTimerAt]).toEqual([[1, 1], 1, undefined]);
    });

    test("are up to date after a flush and after closing", async () => {
      const journal = await temporary.open();
      journal.project({ takeChangedRows: () => rows({}) });
      await commit(journal, created(1));
      await journal.flush();
      expect(tables()).toEqual([1, 1]);
      await commit(journal, validated(1));
      await journal.close();
      expect(tables()).toEqual([2, 2]);
    });

    test("follow the rows that they are given: changed, added, removed", async () => {
      const journal = await temporary.open();
      const fill = {
        order_id: exampleOrderId(1),
        venue_order_id: "v1",
        account: "main",
        venue: "paper",
        instrument: "BTC/USDT",
        side: "buy",
        price: "65000.1",
        quantity: "0.25",
        liquidity: "maker",
        fee_amount: "-0.01",
        fee_asset: "USDT",
        venue_at: 1_700_000_000_000.5,
        inferred: 0,
      };
      const position = {
        account: "main",
        instrument: "BTC/USDT",
        quantity: "0.25",
        average_entry_price: "65000.1",
        realized_pnl: "0",
        fees: "{}",
      };
      const fills = [
        { ...fill, execution_id: "e1" },
        { ...fill, execution_id: "e2" },
      ];
      const steps: ProjectionRows[] = [
        rows({ orders: [orderRow(1, 1)], fills, positions: [position] }),
        rows({
          orders: [{ ...orderRow(1, 2), status: "acknowledged" }],
          fills: [{ ...fill, execution_id: "e2", quantity: "0.5" }],
          removedFills: [{ order_id: exampleOrderId(1), venue_order_id: "v1", execution_id: "e1" }],
          positions: [{ ...position, quantity: "0.5" }],
        }),
      ];
      journal.project({ takeChangedRows: () => steps.shift() ?? rows({}) });
      for (const event of [created(1), validated(1)]) {
        await commit(journal, event);
        await journal.flush();
      }
      expect(query("SELECT * FROM orders")).toEqual([{ ...orderRow(1, 2), status: "acknowledged" }]);
      expect(query("SELECT * FROM fills")).toEqual([{ ...fill, execution_id: "e2", quantity: "0.5" }]);
      expect(query("SELECT * FROM positions")).toEqual([{ ...position, quantity: "0.5" }]);
    });

    test("show each event with its own fields as JSON", async () => {
      const journal = await temporary.open();
      await commit(journal, created(1, "mine"), partlyFilled(1), epochStarted(3));
      await journal.flush();
      expect(query("SELECT seq, type, order_id, account, venue_at, cause FROM events ORDER BY seq")).toEqual([
        {
          seq: 1,
          type: "orderCreated",
          order_id: exampleOrderId(1),
          account: "main",
          venue_at: null,
          cause: "command:1",
        },
        {
          seq: 2,
          type: "orderPartiallyFilled",
          order_id: exampleOrderId(1),
          account: null,
          venue_at: 1_700_000_000_001,
          cause: "report:1",
        },
        { seq: 3, type: "epochStarted", order_id: null, account: null, venue_at: null, cause: "recovery:3" },
      ]);
      expect(query("SELECT json_extract(data, '$.terms.price') AS price FROM events WHERE seq = 1")).toEqual([
        { price: "65000.1" },
      ]);
      expect(query("SELECT json_extract(data, '$.fill.fee.amount') AS fee FROM events WHERE seq = 2")).toEqual([
        { fee: "-0.01" },
      ]);
    });

    test("catch up by themselves after a stop that left them behind, and meanwhile nothing is missing", async () => {
      const journal = await temporary.open();
      await commit(journal, created(1, "mine"), validated(1));
      await commit(journal, replaced(1, "later"));
      const abandoned = temporary.copy();
      const again = await temporary.open({ path: abandoned });
      expect([again.position, again.projectedPosition]).toEqual([3, 0]);
      expect(again.readOrder(exampleOrderId(1)).map((event) => event.seq)).toEqual([1, 2, 3]);
      expect([again.findOrderId(main, "mine"), again.findOrderId(main, "later")]).toEqual([
        exampleOrderId(1),
        exampleOrderId(1),
      ]);
      await temporary.pass(250);
      expect(await again.verifyChain()).toMatchObject({ position: 3 });
      using database = openDatabase(abandoned, { readOnly: true });
      expect(database.prepare("SELECT count(*) AS rows FROM events").get()).toEqual({ rows: 3 });
      expect([again.findOrderId(main, "mine"), again.findOrderId(main, "later")]).toEqual([
        exampleOrderId(1),
        exampleOrderId(1),
      ]);
    });
  });

  describe("durability", () => {
    test.each(["always", "group"] as const)("%s syncs every commit", async (durability) => {
      const journal = await temporary.open({ durability });
      await commit(journal, created(1));
      expect(query("SELECT value FROM meta WHERE key = 'synced_position'")).toEqual([]);
      await journal.flush();
      expect(journal.durability).toBe(durability);
    });

    test("relaxed syncs with a flush, and with the start of an epoch", async () => {
      const journal = await temporary.open({ durability: "relaxed" });
      const synced = (): unknown => query("SELECT value FROM meta WHERE key = 'synced_position'")[0]?.["value"];
      await commit(journal, created(1));
      expect(synced()).toBeUndefined();
      await commit(journal, epochStarted(1));
      expect(synced()).toBe("2");
      await commit(journal, validated(1));
      expect(synced()).toBe("2");
      await journal.flush();
      expect(synced()).toBe("3");
    });
  });

  describe("snapshots", () => {
    test("bring the tables with them, so that the tables never trail a snapshot", async () => {
      const journal = await temporary.open();
      journal.project({ takeChangedRows: () => rows({ orders: [orderRow(1, 1)] }) });
      await commit(journal, created(1));
      journal.writeSnapshot({ seq: 1, state: "one" });
      await turn();
      expect([journal.readSnapshot(), journal.projectedPosition]).toEqual([{ seq: 1, state: "one" }, 1]);
    });

    test("two are kept, and the older serves when the newer is damaged", async () => {
      const journal = await temporary.open();
      await commit(journal, created(1), validated(1), partlyFilled(1));
      for (const seq of [1, 2, 3]) {
        journal.writeSnapshot({ seq, state: `state ${seq}` });
        await turn();
      }
      expect(query("SELECT seq FROM snapshots ORDER BY seq")).toEqual([{ seq: 2 }, { seq: 3 }]);
      await journal.close();
      temporary.tamper("UPDATE snapshots SET state = 'state 4' WHERE seq = 3");
      const again = await temporary.open();
      expect(again.readSnapshot()).toEqual({ seq: 2, state: "state 2" });
      temporary.tamper("UPDATE snapshots SET hash = x'00' WHERE seq = 2");
      expect(again.readSnapshot()).toBeUndefined();
    });
  });

  test("a commit goes on being one row, however many events it holds", async () => {
    const journal = await temporary.open();
    await commit(journal, ...Array.from({ length: 500 }, (_, n) => created(n)));
    await commit(journal, validated(1));
    expect(query("SELECT first_seq, last_seq FROM commits")).toEqual([
      { first_seq: 1, last_seq: 500 },
      { first_seq: 501, last_seq: 501 },
    ]);
  });

  test("many commits are read in order across the reader's pages", async () => {
    const journal = await temporary.open({ durability: "relaxed" });
    for (let n = 0; n < 600; n++) await commit(journal, created(n), validated(n));
    let wanted = 0;
    for (const event of journal.read(0)) expect(event.seq).toBe(++wanted);
    expect(wanted).toBe(1_200);
    expect(Array.from(journal.read(1_023, 4), (event) => event.seq)).toEqual([1_024, 1_025, 1_026, 1_027]);
  });

  test("the committer that is chosen by measurement leaves no file behind", async () => {
    const journal = await temporary.open({ committer: "auto" });
    await commit(journal, created(1));
    expect(statSync(`${temporary.path}.probe`, { throwIfNoEntry: false })).toBeUndefined();
  });

  test("a damaged row of the events table is found by verifying, with its position", async () => {
    const journal = await temporary.open();
    await commit(journal, created(1), validated(1));
    await journal.flush();
    temporary.tamper("UPDATE events SET type = 'orderFilled' WHERE seq = 2");
    const progress: number[] = [];
    const report = await journal.verifyChain((position) => progress.push(position));
    expect([report.fault?.kind, report.fault?.seq, report.position, progress]).toEqual(["row", 2, 0, []]);
  });
});
