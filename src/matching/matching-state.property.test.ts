// A restored engine is the live one: at any moment, from what a store was told, it goes on with equal events.

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MatchingEngine } from "./matching-engine.ts";
import { type Command, orderCommand, prime, run, tapeCommand } from "./testing/commands.ts";
import { buy, dec, engineOf, levels, lines, optionsOf, order, sell, trade } from "./testing/harness.ts";
import type { ConsumedState, MatchingChanges, MatchingState, PositionState, RestingOrderState } from "./types.ts";

/** Keeps what it is told, as JSON text, the way a database would. */
class Store {
  readonly #orders = new Map<string, RestingOrderState>();
  readonly #positions = new Map<string, PositionState>();
  readonly #consumed = new Map<string, ConsumedState>();
  #scalars: Pick<MatchingState, "sequence" | "lastPrice"> = { sequence: 1 };

  write(changes: MatchingChanges): void {
    const { orders, removed, positions, consumed, ...scalars } = JSON.parse(JSON.stringify(changes)) as MatchingChanges;
    for (const id of removed) expect(this.#orders.delete(id)).toBe(true);
    for (const row of orders) this.#orders.set(row.venueOrderId, row);
    for (const position of positions) this.#positions.set(position.account, position);
    for (const level of consumed) this.#writeConsumed(level);
    this.#scalars = scalars;
  }

  read(): MatchingState {
    const orders = [...this.#orders.values()].sort((a, b) => a.sequence - b.sequence);
    return {
      ...this.#scalars,
      orders,
      positions: [...this.#positions.values()],
      consumed: [...this.#consumed.values()],
    };
  }

  #writeConsumed(level: ConsumedState): void {
    const key = `${level.side} ${level.price}`;
    if (level.quantity === "0") this.#consumed.delete(key);
    else this.#consumed.set(key, level);
  }
}

describe.each([
  ["orders", fc.array(orderCommand, { maxLength: 60 })],
  ["tape", fc.array(tapeCommand, { maxLength: 60 })],
] as const)("a restored engine in the %s mode", (liquidity, commands) => {
  it("goes on as the live one does", () => {
    fc.assert(
      fc.property(commands, fc.nat(), (list: Command[], pick) => {
        const live = engineOf({ liquidity });
        const store = new Store();
        const crashAt = pick % (list.length + 1);
        for (const [index, command] of list.slice(0, crashAt).entries()) {
          run(live, command, index);
          if (index % 3 === 0) store.write(live.takeChanges());
        }
        store.write(live.takeChanges());
        const restored = MatchingEngine.restore(optionsOf({ liquidity, nextExecutionId: () => "x" }), store.read());
        for (const command of list.slice(0, crashAt)) prime(restored, command);
        expectEqualEngines(restored, live);
        for (const [index, command] of [...list.entries()].slice(crashAt)) {
          expect(comparable(run(restored, command, index))).toEqual(comparable(run(live, command, index)));
          expect(restored.takeChanges()).toEqual(live.takeChanges());
        }
        expectEqualEngines(restored, live);
      }),
      { numRuns: 200 },
    );
  });
});

describe("stored state", () => {
  it("brings back queue positions that still shorten, also from changes of a queue position alone", () => {
    const live = engineOf({ liquidity: "tape" });
    const store = new Store();
    live.applyDepth({ bids: levels([100, 9]), asks: [] }, 0);
    live.submit(buy("first", 1, 100), 0);
    live.submit(buy("second", 1, 100), 0);
    store.write(live.takeChanges());
    live.applyTrade(trade("sell", 2, 100), 1);
    store.write(live.takeChanges());
    const restored = MatchingEngine.restore(optionsOf({ liquidity: "tape" }), store.read());
    expect(restored.openOrder("second")?.queueAhead).toBe("7");
    restored.applyDepth({ bids: levels([100, 3]), asks: [] }, 2);
    restored.applyDepth({ bids: levels([100, 8]), asks: [] }, 3);
    restored.submit(buy("third", 1, 100), 4);
    expect(restored.openOrders().map((each) => each.queueAhead)).toEqual(["3", "3", "8"]);
  });

  it("brings back reduce-only orders that still go when the position is closed", () => {
    const live = engineOf();
    live.submit(sell("m", 2, 100, { account: "m" }), 0);
    live.submit(buy("entry", 2, 100), 0);
    live.submit(sell("exit", 2, 120, { reduceOnly: true }), 0);
    const restored = MatchingEngine.restore(optionsOf(), live.state());
    restored.submit(buy("bid", 2, 90, { account: "m" }), 1);
    expect(lines(restored.submit(sell("close", 2, 90), 1)).at(-1)).toBe("exit canceled reduceOnly 0");
  });

  it("names no order that ended before it was ever written", () => {
    const engine = engineOf();
    engine.submit(order("b", "buy", { quantity: 1, price: 100 }), 0);
    engine.cancel("b", 0);
    expect(engine.takeChanges()).toMatchObject({ orders: [], removed: [] });
  });

  it("has each change once", () => {
    const engine = engineOf();
    engine.submit(order("b", "buy", { quantity: 1, price: 100 }), 0);
    expect(engine.takeChanges().orders).toHaveLength(1);
    expect(engine.takeChanges().orders).toHaveLength(0);
  });

  it.each([
    ["a price off the tick", { price: "100.5" }],
    ["a quantity off the lot", { quantity: "1.5" }],
  ])("with %s is of another instrument, and refused", (_what, wrong) => {
    const engine = engineOf();
    engine.submit(order("b", "buy", { quantity: 1, price: 100 }), 0);
    const state = engine.state();
    const orders = state.orders.map((row) => ({ ...row, ...wrong }));
    expect(() => MatchingEngine.restore(optionsOf(), { ...state, orders })).toThrow(RangeError);
  });

  it("has positions in whole lots only", () => {
    const positions = [{ account: "a", quantity: "0.5" }];
    const state = { sequence: 1, orders: [], positions, consumed: [] };
    expect(() => MatchingEngine.restore(optionsOf(), state)).toThrow("The position 0.5 of a is not in whole lots.");
    const whole = MatchingEngine.restore(optionsOf(), { ...state, positions: [{ account: "a", quantity: "-2" }] });
    expect(whole.position("a")).toEqual(dec(-2));
  });
});

/** Execution ids come from outside the engine and differ here. */
function comparable(events: ReturnType<typeof run>): unknown {
  return events.map((event) => ({ ...event, executionId: undefined }));
}

function expectEqualEngines(restored: MatchingEngine, live: MatchingEngine): void {
  expect(restored.openOrders()).toEqual(live.openOrders());
  expect(restored.depth(100)).toEqual(live.depth(100));
  expect(restored.nextExpiry()).toBe(live.nextExpiry());
  expect(sorted(restored.state())).toEqual(sorted(live.state()));
}

/** Positions and consumed levels have no order of their own. */
function sorted(state: MatchingState): unknown {
  const byText = (rows: readonly unknown[]): string[] => rows.map((row) => JSON.stringify(row)).sort();
  return { ...state, positions: byText(state.positions), consumed: byText(state.consumed) };
}
