// Every kind of damage that can be planted in what is derived from a journal, and that it is found.

import { beforeEach, describe, expect, test } from "vitest";
import { unwrap } from "../domain/result.ts";
import { TableJournal } from "./testing/table-journal.ts";
import { createTestEngine, settle } from "./testing/test-engine.ts";
import { MAX_DIFFERENCES, verifyFold } from "./verify.ts";

let journal: TableJournal;
let orderId: string;

beforeEach(async () => {
  journal = new TableJournal();
  const t = await createTestEngine({ config: { journal } });
  const order = await t.working();
  orderId = order.id;
  t.venue.fill(order, "0.4", "100", "e1");
  unwrap(await t.engine.setRiskLimits("main", { maxOpenOrders: 5 }, { by: "anna" }));
  unwrap(await t.engine.setTradingState("reducing", { by: "anna", account: "main" }));
  await t.engine.stop();
  journal = journal.crash();
});

/** Changes a stored row. */
function plant<T>(rows: Map<string, T>, key: string, changes: Partial<T>): void {
  rows.set(key, { ...(rows.get(key) as T), ...changes });
}

/** Changes the stored snapshot. */
function plantSnapshot(
  change: (state: Record<string, never> & { orders: object[]; accounts: object[] }) => void,
  seq?: number,
): void {
  const snapshot = journal.readSnapshot();
  const state = JSON.parse(snapshot?.state ?? "{}") as Parameters<typeof change>[0];
  change(state);
  journal.inner.writeSnapshot({ seq: seq ?? snapshot?.seq ?? 0, state: JSON.stringify(state) });
}

const found = (): string[] => verifyFold(journal).differences.map(({ where, field }) => `${where}.${field}`);

test("an untouched journal is clean, and its report counts what was compared", () => {
  const { position } = journal;
  expect(verifyFold(journal)).toEqual({
    events: position,
    orders: 1,
    fills: 1,
    positions: 1,
    snapshotSeq: position,
    differences: [],
    truncated: false,
  });
});

describe("a planted difference is found in", () => {
  test("a row of the orders", () => {
    plant(journal.tables.orders, orderId, { cumulative_quantity: "0.5" });
    expect(verifyFold(journal).differences).toEqual([
      { where: "orders", key: orderId, field: "cumulative_quantity", stored: "0.5", folded: "0.4" },
    ]);
  });

  test("a row of the fills", () => {
    const [key] = journal.tables.fills.keys();
    plant(journal.tables.fills, key ?? "", { price: "100.1" });
    expect(found()).toEqual(["fills.price"]);
  });

  test("a row of the positions", () => {
    plant(journal.tables.positions, "main BTC/USDT", { realized_pnl: "1" });
    expect(found()).toEqual(["positions.realized_pnl"]);
  });

  test("rows that are missing, and rows that nothing explains", () => {
    const [key, row] = [...journal.tables.fills][0] ?? [];
    journal.tables.orders.delete(orderId);
    if (key !== undefined && row !== undefined) journal.tables.fills.set("x", { ...row, execution_id: "e2" });
    expect(verifyFold(journal).differences).toEqual([
      { where: "orders", key: orderId, field: "row", stored: "absent", folded: "present" },
      { where: "fills", key: `${orderId} v1 e2`, field: "row", stored: "present", folded: "absent" },
    ]);
  });

  test("an order of the snapshot, or one that it lacks", () => {
    plantSnapshot((state) => Object.assign(state.orders[0] ?? {}, { price: "99" }));
    expect(found()).toEqual(["snapshot.price"]);
    plantSnapshot((state) => void (state.orders.length = 0));
    expect(found()).toEqual(["snapshot.row"]);
  });

  test("all else that the snapshot holds: accounts, switches, counts, epoch", () => {
    for (const [change, field] of [
      [(state: object) => Object.assign(state, { epoch: 7 }), "snapshot.epoch"],
      [(state: object) => Object.assign(state, { tradingState: "halted" }), "snapshot.tradingState"],
      [(state: object) => Object.assign(state, { killSwitch: { engaged: true } }), "snapshot.killSwitch"],
      [
        (state: { accounts: object[] }) => Object.assign(state.accounts[0] ?? {}, { tradingState: "active" }),
        "snapshot.tradingState",
      ],
      [(state: { accounts: object[] }) => Object.assign(state.accounts[0] ?? {}, { limits: "{}" }), "snapshot.limits"],
      [
        (state: { accounts: object[] }) => Object.assign(state.accounts[0] ?? {}, { fillCursor: "9" }),
        "snapshot.fillCursor",
      ],
      [(state: { statistics: object }) => Object.assign(state.statistics, { fills: 3 }), "snapshot.statistics"],
    ] as const) {
      const before = journal.readSnapshot();
      plantSnapshot(change as Parameters<typeof plantSnapshot>[0]);
      expect(found()).toEqual([field]);
      journal.inner.writeSnapshot(before as NonNullable<typeof before>);
    }
  });

  test("a snapshot that cannot be read", () => {
    plantSnapshot((state) => Object.assign(state, { version: 0 }));
    expect(found()).toEqual(["snapshot.version"]);
  });

  test("a snapshot or tables of an event that does not exist", () => {
    const snapshot = journal.readSnapshot();
    journal.tables.position = journal.position + 5;
    const source = Object.create(journal, {
      readSnapshot: { value: () => ({ seq: journal.position + 1, state: snapshot?.state ?? "" }) },
    }) as TableJournal;
    expect(verifyFold(source).differences.map(({ where, field }) => `${where}.${field}`)).toEqual([
      "snapshot.position",
      "orders.position",
    ]);
  });
});

test("tables that trail are compared as of where they stand", async () => {
  const trailing = new TableJournal();
  const t = await createTestEngine({ config: { journal: trailing } });
  const order = await t.working();
  trailing.writeTables();
  t.venue.fill(order, "1");
  await settle();
  const report = verifyFold(trailing);
  expect(report).toMatchObject({ differences: [], fills: 0, orders: 1 });
  expect(trailing.projectedPosition).toBeLessThan(report.events);
});

test("a report holds so many differences and says that there are more", () => {
  const row = journal.tables.orders.get(orderId);
  for (let index = 0; index < MAX_DIFFERENCES + 5; index++) {
    if (row !== undefined) journal.tables.orders.set(`x${index}`, { ...row, order_id: `x${index}` });
  }
  const report = verifyFold(journal);
  expect(report.differences).toHaveLength(MAX_DIFFERENCES);
  expect(report.truncated).toBe(true);
});
