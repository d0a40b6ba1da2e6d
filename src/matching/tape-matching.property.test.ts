// Laws of the recorded market as liquidity: nothing is given twice, and queues are what an obvious model says.

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { MatchingEngine } from "./matching-engine.ts";
import { type Command, run, tapeCommand } from "./testing/commands.ts";
import { engineOf } from "./testing/harness.ts";
import { NaiveQueues } from "./testing/naive-queues.ts";
import { NaiveTape } from "./testing/naive-tape.ts";
import type { MatchEvent } from "./types.ts";

const COMMANDS = fc.array(tapeCommand, { maxLength: 100 });
const RUNS = { numRuns: 200 };

describe("the recorded market", () => {
  it("never fills resting orders beyond the quantity of the public trade", () => {
    fc.assert(
      fc.property(COMMANDS, (list) => {
        const engine = engineOf({ liquidity: "tape" });
        for (const [index, command] of list.entries()) {
          const filled = lotsOf(oneSided(run(engine, command, index), "maker"));
          expect(filled).toBeLessThanOrEqual(command.do === "trade" ? command.quantity : 0);
        }
      }),
      RUNS,
    );
  });

  it("never gives takers more than is displayed, nor any lot twice", () => {
    fc.assert(
      fc.property(COMMANDS, (list) => {
        const engine = engineOf({ liquidity: "tape" });
        const tape = new NaiveTape();
        for (const [index, command] of list.entries()) {
          tape.apply(command);
          for (const take of oneSided(run(engine, command, index), "taker")) {
            tape.take(sideTaken(list, take), Number(take.price), Number(take.quantity));
          }
          expect(tape.violations()).toEqual([]);
        }
      }),
      RUNS,
    );
  });

  it("keeps the queue position of every resting order as the obvious model does", () => {
    fc.assert(
      fc.property(COMMANDS, (list) => {
        const engine = engineOf({ liquidity: "tape" });
        const queues = new NaiveQueues();
        for (const [index, command] of list.entries()) {
          const events = run(engine, command, index);
          queues.apply(list, command, events, engine.openOrders());
          expect(queues.ahead()).toEqual(queueAheads(engine));
        }
      }),
      RUNS,
    );
  });
});

type Executed = Extract<MatchEvent, { kind: "executed" }>;

/** Returns the executions of one kind whose other side was the recorded market. */
function oneSided(events: readonly MatchEvent[], liquidity: "maker" | "taker"): Executed[] {
  const executed = events.filter((event) => event.kind === "executed");
  return executed.filter(
    (event) =>
      event.liquidity === liquidity && executed.filter((other) => other.executionId === event.executionId).length === 1,
  );
}

function lotsOf(events: readonly Executed[]): number {
  return events.reduce((total, event) => total + Number(event.quantity), 0);
}

function sideTaken(list: readonly Command[], event: Executed): "buy" | "sell" {
  const command = list[Number(event.venueOrderId.slice(1))];
  return command?.do === "submit" && command.side === "buy" ? "sell" : "buy";
}

function queueAheads(engine: MatchingEngine): Record<string, number> {
  const resting = engine.openOrders().filter((order) => order.orderType === "limit" || order.triggered);
  return Object.fromEntries(resting.map((order) => [order.venueOrderId, Number(order.queueAhead)]));
}
