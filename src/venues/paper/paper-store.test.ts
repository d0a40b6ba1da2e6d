// Both stores under their suite, and what the file alone has to refuse.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { VenueId } from "../../domain/identifiers.ts";
import { openDatabase } from "../../runtime/node/sqlite.ts";
import { neverAborted, orderRequest, VENUE } from "../testing/orders.ts";
import { MemoryPaperStore } from "./memory-paper-store.ts";
import { describePaperStore } from "./paper-store.contract.ts";
import { SqlitePaperStore } from "./sqlite-paper-store.ts";
import { PaperBench } from "./testing/paper-bench.ts";

describePaperStore("memory", () => {
  const store = new MemoryPaperStore(VENUE);
  return { store, reopen: () => store, close: () => store.close() };
});

describePaperStore("SQLite", () => {
  const folder = mkdtempSync(join(tmpdir(), "paper-store-"));
  const path = join(folder, "paper.db");
  let store = SqlitePaperStore.open({ path, venue: VENUE });
  return {
    store,
    reopen: () => {
      store.close();
      store = SqlitePaperStore.open({ path, venue: VENUE });
      return store;
    },
    close: () => {
      store.close();
      rmSync(folder, { recursive: true });
    },
  };
});

describe("the file", () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "paper-file-"));
    path = join(folder, "paper.db");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test("of another venue is refused", () => {
    SqlitePaperStore.open({ path, venue: VENUE }).close();
    expect(() => SqlitePaperStore.open({ path, venue: "other" as VenueId })).toThrow("belongs to the venue paper");
  });

  test("that is another SQLite database is refused and left alone", () => {
    const database = openDatabase(path);
    database.exec("CREATE TABLE notes (text TEXT)");
    database.close();
    expect(() => SqlitePaperStore.open({ path, venue: VENUE })).toThrow("is not the store of a paper venue");
    const again = openDatabase(path);
    expect(again.prepare("SELECT count(*) AS n FROM sqlite_schema").get()).toEqual({ n: 1 });
    again.close();
  });

  test("that is no database at all is refused", () => {
    writeFileSync(
      path,
      "This is a diary, and it is longer than the header of a database file, which has 100 bytes. Dear diary.",
    );
    expect(() => SqlitePaperStore.open({ path, venue: VENUE })).toThrow(
      expect.objectContaining({ code: "journal.foreignFile" }) as Error,
    );
  });

  test("of a later format is refused", () => {
    SqlitePaperStore.open({ path, venue: VENUE }).close();
    const database = openDatabase(path);
    database.exec("PRAGMA user_version=2");
    database.close();
    expect(() => SqlitePaperStore.open({ path, venue: VENUE })).toThrow("has format 2; this version reads 1");
  });

  test("has one writer, and can be read meanwhile", () => {
    const store = SqlitePaperStore.open({ path, venue: VENUE });
    expect(() => SqlitePaperStore.open({ path, venue: VENUE })).toThrow("is open in another process");
    const reader = openDatabase(path, { readOnly: true });
    expect(reader.prepare("SELECT * FROM orders").all()).toEqual([]);
    reader.close();
    store.close();
    SqlitePaperStore.open({ path, venue: VENUE }).close();
  });

  test("when it is full, everything told before stands, and nothing else is told", async () => {
    const store = SqlitePaperStore.open({ path, venue: VENUE, maxBytes: 200_000 });
    const bench = await PaperBench.open({ store });
    const told: string[] = [];
    for (;;) {
      const orders = Array.from({ length: 100 }, () => orderRequest());
      const sent = orders.map((order) => bench.venue.place(order, neverAborted()));
      const outcomes = await bench.answer(Promise.all(sent));
      orders.forEach((order, index) => {
        if (outcomes[index]?.kind === "accepted") told.push(order.orderId);
      });
      if (outcomes.some((outcome) => outcome.kind === "unknown")) break;
      expect(told.length).toBeLessThan(10_000);
    }
    expect(told.length).toBeGreaterThan(99);
    await bench.venue.close();
    const reopened = await PaperBench.open({
      store: SqlitePaperStore.open({ path, venue: VENUE }),
      clock: bench.clock,
    });
    expect((await reopened.openOrders()).map((order) => order.clientOrderId)).toEqual(told);
    await reopened.venue.close();
  });
});
