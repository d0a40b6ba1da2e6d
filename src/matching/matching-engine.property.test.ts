// Laws that hold for any sequence of commands, among orders alone and against the recorded market.

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Decimal } from "../domain/decimal.ts";
import type { MatchingEngine } from "./matching-engine.ts";
import { type Command, orderCommand, run, tapeCommand } from "./testing/commands.ts";
import { engineOf } from "./testing/harness.ts";
import { NaiveOrderBook } from "./testing/naive-order-book.ts";
import type { MatchEvent, OpenOrder } from "./types.ts";

type Executed = Extract<MatchEvent, { kind: "executed" }>;

const MODES = [
  ["orders", fc.array(orderCommand, { maxLength: 80 })],
  ["tape", fc.array(tapeCommand, { maxLength: 80 })],
] as const;
const RUNS = { numRuns: 150 };

const executions = (events: readonly MatchEvent[]): Executed[] => events.filter((event) => event.kind === "executed");
const sum = (values: readonly Decimal[]): Decimal => values.reduce((total, value) => total.add(value), Decimal.zero);

describe.each(MODES)("in the %s mode", (liquidity, commands) => {
  it("the fast book and the naive book give the same events, positions and stored state", () => {
    fc.assert(
      fc.property(commands, (list) => {
        const fast = engineOf({ liquidity });
        const naive = engineOf({ liquidity, book: new NaiveOrderBook() });
        for (const [index, command] of list.entries()) {
          expect(run(naive, command, index)).toEqual(run(fast, command, index));
          expect(naive.takeChanges()).toEqual(fast.takeChanges());
        }
      }),
      RUNS,
    );
  });

  it("resting orders never cross, whatever the command", () => {
    fc.assert(
      fc.property(commands, (list) => {
        const engine = engineOf({ liquidity });
        for (const [index, command] of list.entries()) {
          run(engine, command, index);
          expectUncrossed(engine.openOrders().filter(rests));
        }
      }),
      RUNS,
    );
  });

  it("each order's events add up, and it ends once", () => {
    fc.assert(
      fc.property(commands, (list) => {
        const engine = engineOf({ liquidity });
        const all = list.flatMap((command, index) => run(engine, command, index));
        expectEventsAddUp(engine, all);
      }),
      RUNS,
    );
  });

  it("a fok order trades all of its quantity or nothing", () => {
    fc.assert(
      fc.property(commands, fc.nat(), (list, pick) => {
        const engine = engineOf({ liquidity });
        for (const [index, command] of list.entries()) run(engine, command, index);
        const submits = list.filter((command) => command.do === "submit");
        const last = submits[pick % Math.max(1, submits.length)];
        if (last === undefined) return;
        const fok: Command = { ...last, orderType: "limit", timeInForce: "fok", postOnly: false };
        const mine = run(engine, fok, list.length).filter((event) => event.venueOrderId === `o${list.length}`);
        const filled = sum(executions(mine).map((event) => event.quantity)).toString();
        expect([String(last.quantity), "0"]).toContain(filled);
      }),
      { numRuns: 500 },
    );
  });

  it("a reduce-only order never opens or turns a position", () => {
    fc.assert(
      fc.property(commands, (list) => {
        const engine = engineOf({ liquidity });
        const ledger = new Ledger(list);
        for (const [index, command] of list.entries()) ledger.book(run(engine, command, index));
      }),
      RUNS,
    );
  });
});

describe("among orders alone", () => {
  it("every execution has two sides of equal price and quantity, and positions sum to zero", () => {
    fc.assert(
      fc.property(fc.array(orderCommand, { maxLength: 80 }), (list) => {
        const engine = engineOf();
        const all = executions(list.flatMap((command, index) => run(engine, command, index)));
        const byId = new Map<string, Executed[]>();
        for (const each of all) byId.set(each.executionId, [...(byId.get(each.executionId) ?? []), each]);
        for (const pair of byId.values()) {
          expect(pair.map((each) => each.liquidity)).toEqual(["maker", "taker"]);
          expect(pair[0]?.price).toEqual(pair[1]?.price);
          expect(pair[0]?.quantity).toEqual(pair[1]?.quantity);
        }
        const positions = ["a", "b", "c"].map((account) => engine.position(account));
        expect(sum(positions).toString()).toBe("0");
      }),
      RUNS,
    );
  });

  it("a resting order trades only when none on its side has a better price, or the same price and more time", () => {
    fc.assert(
      fc.property(fc.array(orderCommand, { maxLength: 80 }), (list) => {
        const engine = engineOf();
        for (const [index, command] of list.entries()) {
          const before = engine.openOrders().filter(rests);
          const events = run(engine, command, index);
          // A triggered order is a second taker in the same command, against books that `before` does not show.
          if (events.some((event) => event.kind === "triggered")) continue;
          expectPriority(before, events);
        }
      }),
      RUNS,
    );
  });
});

function rests(order: OpenOrder): boolean {
  return order.triggered || order.orderType === "limit";
}

function expectUncrossed(orders: readonly OpenOrder[]): void {
  const prices = (side: "buy" | "sell"): number[] =>
    orders.filter((order) => order.side === side).map((order) => Number(order.price));
  expect(Math.max(...prices("buy"))).toBeLessThan(Math.min(...prices("sell")));
}

/** Makers trade in the order in which they rested; all but the last of them to the end. */
function expectPriority(before: readonly OpenOrder[], events: readonly MatchEvent[]): void {
  const gone = events.filter((event) => event.kind === "ended").map((event) => event.venueOrderId);
  const traded = executions(events).filter((event) => event.liquidity === "maker");
  const side = before.find((order) => order.venueOrderId === traded[0]?.venueOrderId)?.side;
  const sign = side === "buy" ? -1 : 1;
  const ranked = before
    .filter((order) => order.side === side)
    .sort((a, b) => sign * (Number(a.price) - Number(b.price)) || a.sequence - b.sequence)
    .map((order) => order.venueOrderId);
  const expected = ranked.filter((id) => !gone.includes(id) || traded.some((each) => each.venueOrderId === id));
  const tradedIds = [...new Set(traded.map((event) => event.venueOrderId))];
  expect(tradedIds).toEqual(expected.slice(0, tradedIds.length));
  const ended = new Set([...gone, ...traded.filter((event) => event.ends).map((event) => event.venueOrderId)]);
  for (const id of tradedIds.slice(0, -1)) expect(ended).toContain(id);
}

function expectEventsAddUp(engine: MatchingEngine, events: readonly MatchEvent[]): void {
  const filled = new Map<string, Decimal>();
  const ended = new Set<string>();
  for (const event of events) {
    const id = event.venueOrderId;
    if (event.kind === "requestRefused" || event.kind === "refused") continue;
    expect(ended).not.toContain(id);
    if (event.kind === "executed") filled.set(id, (filled.get(id) ?? Decimal.zero).add(event.quantity));
    if ("cumulativeQuantity" in event) {
      expect(String(event.cumulativeQuantity)).toBe(String(filled.get(id) ?? Decimal.zero));
    }
    if (event.kind === "ended" || (event.kind === "executed" && event.ends)) ended.add(id);
  }
  for (const order of engine.openOrders()) {
    expect(ended).not.toContain(order.venueOrderId);
    expect(order.cumulativeQuantity).toBe(String(filled.get(order.venueOrderId) ?? Decimal.zero));
  }
}

/** Books every trade, both sides of it at once, and checks what reduce-only orders did to their accounts. */
class Ledger {
  readonly #commands: readonly Command[];
  readonly #positions = new Map<string, number>();

  constructor(commands: readonly Command[]) {
    this.#commands = commands;
  }

  book(events: readonly MatchEvent[]): void {
    const trades = new Map<string, Executed[]>();
    for (const each of executions(events)) {
      trades.set(each.executionId, [...(trades.get(each.executionId) ?? []), each]);
    }
    for (const sides of trades.values()) this.#bookTrade(sides);
  }

  #bookTrade(sides: readonly Executed[]): void {
    const before = new Map(this.#positions);
    for (const each of sides) {
      const { account, signed } = this.#sideOf(each);
      this.#positions.set(account, (this.#positions.get(account) ?? 0) + signed);
    }
    for (const each of sides) {
      const { account, signed, reduceOnly } = this.#sideOf(each);
      const held = before.get(account) ?? 0;
      if (reduceOnly) expect(held * signed < 0 && Math.abs(signed) <= Math.abs(held)).toBe(true);
    }
  }

  #sideOf(event: Executed): { account: string; signed: number; reduceOnly: boolean } {
    const command = this.#commands[Number(event.venueOrderId.slice(1))];
    if (command?.do !== "submit") throw new Error(`${event.venueOrderId} was never submitted`);
    const lots = Number(event.quantity.toString());
    const signed = command.side === "buy" ? lots : -lots;
    return { account: command.account, signed, reduceOnly: command.reduceOnly };
  }
}
