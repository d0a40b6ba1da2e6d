// Random lives of many orders, with venues that answer badly and processes that die: whatever happens, the
// fold of the journal is one and the same from wherever it starts, and all that is derived from it agrees.

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Decimal } from "../domain/decimal.ts";
import type { ExecutionId, VenueOrderId } from "../domain/identifiers.ts";
import type { Order } from "../domain/order.ts";
import { orderToJson, positionToJson } from "../domain/order-json.ts";
import type { SendOutcome } from "../venues/venue.ts";
import { writeState } from "./engine-snapshot.ts";
import { EngineState } from "./engine-state.ts";
import { OrderFinder } from "./order-finder.ts";
import { foldJournal } from "./recovery.ts";
import { ScriptedVenue } from "./testing/scripted-venue.ts";
import { TableJournal } from "./testing/table-journal.ts";
import { createTestEngine, LIMIT_BUY, settle, type TestEngine } from "./testing/test-engine.ts";
import { found, MAIN, recordOf } from "./testing/venue-answers.ts";
import { verifyFold } from "./verify.ts";

const OUTCOMES: readonly SendOutcome[] = [
  { kind: "accepted" },
  { kind: "accepted" },
  { kind: "rejected", reason: "insufficientFunds" },
  { kind: "notSent", reason: "no route" },
  { kind: "unknown", reason: "reset" },
];

const pick = fc.nat(40);
const quantity = fc.constantFrom("0.1", "0.4", "1", "2");
const price = fc.constantFrom("99", "100", "101");
const execution = fc.integer({ min: 1, max: 12 }).map((n) => `e${n}`);
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("submit" as const),
      quantity,
      price,
      side: fc.constantFrom("buy" as const, "sell" as const),
      outcome: fc.nat(4),
      named: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("cancel" as const), pick, outcome: fc.nat(4) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("replace" as const), pick, quantity, price, outcome: fc.nat(4) }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("fill" as const), pick, quantity, price, execution }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("bust" as const), pick, execution, worksAgain: fc.boolean() }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("correct" as const), pick, execution, quantity, price }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("end" as const),
      pick,
      status: fc.constantFrom("filled" as const, "canceled" as const, "expired" as const, "rejected" as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("replaced" as const), pick, quantity, price }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("refuse" as const),
      pick,
      request: fc.constantFrom("cancel" as const, "replace" as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.constantFrom(300, 5_000, 30_000, 86_400_000) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("adjust" as const), quantity }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("state" as const),
      state: fc.constantFrom("active" as const, "reducing" as const),
      all: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "reconcile" as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: "tables" as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("crash" as const),
      undurable: fc.constantFrom("lost" as const, "kept" as const),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "restart" as const }) },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** A desk that survives its own deaths. */
class Desk {
  journal = new TableJournal();
  readonly #venue = new ScriptedVenue();
  readonly #keepLast: number;
  /** Every order that was ever accepted, by id. */
  readonly #ids: string[] = [];
  #names = 0;
  t!: TestEngine;

  constructor(keepLast: number) {
    this.#keepLast = keepLast;
    this.#venue.onOrder = ({ orderId }) => {
      const order = this.t.engine.find(orderId);
      return order === undefined || order.createdAt % 3 === 0 ? { kind: "absent" } : found(recordOf(order));
    };
  }

  async start(): Promise<void> {
    this.t = await createTestEngine({
      venue: this.#venue,
      config: {
        journal: this.journal,
        accounts: [{ id: "main", venue: "scripted" }],
        settings: {
          reconcileEveryMs: 0,
          snapshotEveryEvents: 11,
          staleCheckEveryMs: 0,
          unknownRetryMaxMs: 3_600_000,
          keepLast: this.#keepLast,
          keepForMs: 30 * 86_400_000,
        },
      },
    });
  }

  async act(step: Step): Promise<void> {
    const { engine } = this.t;
    const order = "pick" in step ? this.#order(step.pick) : undefined;
    switch (step.kind) {
      case "submit": {
        this.#venue.onPlace = () => this.#outcome(step.outcome, true);
        const named = step.named ? { clientOrderId: `c${++this.#names}` } : {};
        const result = await engine.submit({
          ...LIMIT_BUY,
          ...(step.side === "buy" ? {} : { side: "sell" }),
          quantity: step.quantity,
          price: step.price,
          ...named,
        });
        if (result.ok) this.#ids.push(result.value.orderId);
        break;
      }
      case "cancel":
        this.#venue.onCancel = () => this.#outcome(step.outcome, false);
        if (order !== undefined) await engine.cancel(order.id, { by: "test" });
        break;
      case "replace":
        this.#venue.onReplace = () => this.#outcome(step.outcome, false);
        if (order !== undefined)
          await engine.replace(order.id, {
            quantity: step.quantity,
            price: step.price,
            clientOrderId: `c${++this.#names}`,
          });
        break;
      case "wait":
        await this.t.pass(step.ms);
        break;
      case "adjust":
        await engine.adjustPosition("main", "BTC/USDT", step.quantity, { by: "test" });
        break;
      case "state":
        await engine.setTradingState(step.state, { by: "test", ...(step.all ? {} : { account: "main" }) });
        break;
      case "reconcile": {
        await engine.reconcile();
        break;
      }
      case "tables":
        this.journal.writeTables();
        break;
      case "crash":
        this.journal = this.journal.crash(step.undurable);
        await this.start();
        break;
      case "restart":
        await engine.stop();
        this.journal = this.journal.crash();
        await this.start();
        break;
      default:
        if (order !== undefined) this.#report(order, step);
    }
    // Now and then the next step comes while this one is on its way.
    if (this.#ids.length % 2 === 0) await settle();
  }

  /** Orders that memory has forgotten are spoken of too. */
  #order(pick: number): Order | undefined {
    const id = this.#ids[pick % Math.max(1, this.#ids.length)];
    return id === undefined ? undefined : this.t.engine.handle(id as Order["id"])?.order;
  }

  #outcome(index: number, withId: boolean): SendOutcome {
    const outcome = OUTCOMES.at(index) as SendOutcome;
    return outcome.kind === "accepted" && withId ? { ...outcome, venueOrderId: this.#venue.nextId() } : outcome;
  }

  #report(
    order: Order,
    step: Extract<Step, { kind: "fill" | "bust" | "correct" | "end" | "replaced" | "refuse" }>,
  ): void {
    const reason = "test";
    // One that is booked, where there is one: a correction of nothing teaches little.
    const booked =
      "execution" in step ? [...order.fills.values()][Number(step.execution.slice(1)) % order.fills.size] : undefined;
    const executionId = booked?.executionId ?? ("e1" as ExecutionId);
    const venueOrderId = booked?.venueOrderId ?? order.venueOrderId ?? (`x-${order.id}` as VenueOrderId);
    switch (step.kind) {
      case "fill":
        return this.#venue.fill(order, step.quantity, step.price, step.execution);
      case "end":
        return this.#venue.say(order, { kind: "ended", status: step.status, reason });
      case "refuse":
        return this.#venue.say(order, { kind: "requestRejected", request: step.request, reason });
      case "replaced":
        return this.#venue.say(order, {
          kind: "replaced",
          replace: { quantity: Decimal.parse(step.quantity), price: Decimal.parse(step.price) },
        });
      case "bust":
        return this.#venue.say(order, {
          kind: "fillReversed",
          executionId,
          reason,
          worksAgain: step.worksAgain,
        });
      case "correct":
        return this.#venue.say(order, {
          kind: "fillCorrected",
          executionId,
          reason,
          worksAgain: false,
          fill: {
            executionId,
            venueOrderId,
            price: Decimal.parse(step.price),
            quantity: Decimal.parse(step.quantity),
            liquidity: "taker",
            venueAt: 2,
          },
        });
    }
  }
}

async function live(steps: readonly Step[], keepLast: number): Promise<Desk> {
  const desk = new Desk(keepLast);
  await desk.start();
  for (const each of steps) await desk.act(each);
  await settle();
  desk.journal.writeTables();
  return desk;
}

/** The fold from the first event on, as an auditor does it. */
function foldAll(journal: TableJournal): EngineState {
  const state: EngineState = new EngineState((id, beforeSeq) =>
    new OrderFinder(journal, () => state).fromJournal(id, beforeSeq),
  );
  for (const event of journal.read(0)) state.apply(event);
  return state;
}

const steps = fc.array(step, { minLength: 10, maxLength: 60 });
const LONG = 20_000;

describe("whatever happened", () => {
  test(
    "snapshot and tail give the very state that the first event on gives",
    async () => {
      await fc.assert(
        fc.asyncProperty(steps, async (sequence) => {
          const desk = await live(sequence, 1_000);
          expect(desk.t.engine.status().failure).toBeUndefined();
          expect(writeState(foldJournal(desk.journal).state)).toBe(writeState(foldAll(desk.journal)));
        }),
        { numRuns: 60 },
      );
    },
    LONG,
  );

  test(
    "what the engine shows is what the journal says, also of orders that memory forgot",
    async () => {
      await fc.assert(
        fc.asyncProperty(steps, fc.constantFrom(0, 2, 1_000), async (sequence, keepLast) => {
          const desk = await live(sequence, keepLast);
          const { engine } = desk.t;
          const state = foldAll(desk.journal);
          for (const folded of [...state.index.openOrders(), ...state.index.endedOrders()]) {
            const shown = await engine.order(folded.id);
            expect(shown === undefined ? undefined : orderToJson(shown)).toEqual(orderToJson(folded));
          }
          expect(engine.orders({ open: true })).toHaveLength(state.index.openCount);
          expect(engine.positions().map(positionToJson)).toEqual([...state.positions()].map(positionToJson));
          expect(engine.summary()).toEqual(state.statistics.summary(state.index.openCount));
          const unknown = state.index
            .select({})
            .filter(
              (order) =>
                order.outcomeUnknown ||
                order.pendingCancel?.outcomeUnknown === true ||
                order.pendingReplace?.outcomeUnknown === true,
            );
          expect(engine.status().accounts[0]?.outcomeUnknown).toBe(unknown.length);
        }),
        { numRuns: 60 },
      );
    },
    LONG,
  );

  test(
    "tables and snapshot agree with the fold, whenever they were written and whatever memory kept",
    async () => {
      await fc.assert(
        fc.asyncProperty(steps, fc.constantFrom(0, 2, 1_000), async (sequence, keepLast) => {
          const desk = await live(sequence, keepLast);
          expect(verifyFold(desk.journal).differences).toEqual([]);
        }),
        { numRuns: 60 },
      );
    },
    LONG,
  );

  test(
    "exposure is the sum over the open orders, each at its worst, and over what ended ones have unbooked",
    async () => {
      await fc.assert(
        fc.asyncProperty(steps, async (sequence) => {
          const desk = await live(sequence, 2);
          const { state } = foldJournal(desk.journal);
          const sums = { buy: Decimal.zero, sell: Decimal.zero };
          for (const order of state.index.openOrders()) {
            const left = (order.effectiveQuantity ?? Decimal.zero).sub(order.cumulativeQuantity);
            if (left.isPositive()) sums[order.side] = sums[order.side].add(left);
          }
          for (const order of state.index.endedOrders()) {
            const unbooked = (order.venueCumulativeQuantity ?? Decimal.zero).sub(order.cumulativeQuantity);
            if (unbooked.isPositive()) sums[order.side] = sums[order.side].add(unbooked);
          }
          const reserved = state.exposure.of(MAIN, "BTC/USDT" as Order["instrumentId"]);
          expect([reserved.buyQuantity, reserved.sellQuantity].map(String)).toEqual([sums.buy, sums.sell].map(String));
        }),
        { numRuns: 30 },
      );
    },
    LONG,
  );
});
