// The report path under fire: true reports with malformed, contradictory and hostile ones in between, through the
// engine's front door. Whatever comes, the engine lives, every total is explained, and nothing is dropped in silence.
// ORDERWRIGHT_FUZZ_RUNS sets the number of runs.

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Decimal } from "../domain/decimal.ts";
import type { Order } from "../domain/order.ts";
import { decodeChunk, encodeChunk } from "../journal/event-codec.ts";
import { readReport } from "./report-check.ts";
import { VENUE } from "./testing/scripted-venue.ts";
import { TableJournal } from "./testing/table-journal.ts";
import { createTestEngine, LIMIT_BUY, settle } from "./testing/test-engine.ts";
import { found, MAIN, recordOf } from "./testing/venue-answers.ts";
import { verifyFold } from "./verify.ts";

const RUNS = Number(process.env["ORDERWRIGHT_FUZZ_RUNS"] ?? 300);
const ORDERS = 3;
const d = (text: string): Decimal => Decimal.parse(text);

/** A getter that throws, as a report read too late has. */
class Trap {
  get kind(): string {
    throw new Error("gone");
  }
}

function cycle(): unknown {
  const self: Record<string, unknown> = { kind: "fill" };
  self["fill"] = self;
  return self;
}

const liar = new Proxy(
  {},
  {
    get: () => {
      throw new Proxy({}, { getPrototypeOf: () => assertNever() });
    },
    ownKeys: () => assertNever(),
  },
);
function assertNever(): never {
  throw new Error("trapped");
}

const hostile = fc.oneof(
  fc.anything({ withBigInt: true, withDate: true, withMap: true, withTypedArray: true, withNullPrototype: true }),
  fc.constantFrom<unknown>(new Trap(), cycle(), liar, "x".repeat(2_000_000), { kind: "fill", fill: new Trap() }),
);
/** A report has some twenty values: most of them must be good, or no report would ever be. */
const mostly = (good: fc.Arbitrary<unknown>, ...bad: unknown[]): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 100, arbitrary: good },
    { weight: 1, arbitrary: bad.length === 0 ? hostile : fc.constantFrom(...bad) },
    { weight: 1, arbitrary: hostile },
  );
const oneOf = (...known: unknown[]): fc.Arbitrary<unknown> => mostly(fc.constantFrom(...known));
const decimals = mostly(
  fc.constantFrom("0.1", "0.25", "0.4", "1", "2").map(d),
  ...[d("0"), d("-1"), Decimal.of(1n, 50), Decimal.of(10n ** 40n), Decimal.of(1n, 20)],
);
const words = mostly(fc.constantFrom("asked", "unknownOrder", "\ud800", ""));
const instants = mostly(fc.constantFrom(1, 2, 3, 1_700_000_000_000), Number.NaN, Number.POSITIVE_INFINITY, -1);

const fills = fc.record({
  executionId: mostly(fc.constantFrom("e1", "e2", "e3", "e4", "e5"), ""),
  venueOrderId: oneOf("v1", "v2", "v3", "v4", "s1"),
  price: decimals,
  quantity: decimals,
  liquidity: oneOf("maker", "taker"),
  fee: fc.option(fc.record({ amount: decimals, asset: oneOf("USDT", "BTC") }), { nil: undefined }),
  venueAt: instants,
  inferred: fc.option(oneOf(true), { nil: undefined, freq: 8 }),
});

/** Reports in which anything may be wrong, and mostly little is. `pick` becomes our id of an order. */
const reports = fc.record(
  {
    kind: oneOf(
      "acknowledged",
      "fill",
      "fill",
      "fill",
      "ended",
      "replaced",
      "requestRejected",
      "fillReversed",
      "fillCorrected",
    ),
    venue: mostly(fc.constant(VENUE), "moon"),
    account: mostly(fc.constant(MAIN), "other"),
    instrumentId: mostly(fc.constant("BTC/USDT"), "ETH/USDT"),
    pick: fc.option(fc.nat(ORDERS), { nil: undefined, freq: 3 }),
    venueOrderId: oneOf("v1", "v2", "v3", "v4", "s1"),
    venueAt: instants,
    cumulativeQuantity: decimals,
    averagePrice: decimals,
    fill: fills,
    executionId: oneOf("e1", "e2", "e3", "e4"),
    status: oneOf("filled", "canceled", "expired", "rejected"),
    request: oneOf("cancel", "replace"),
    replace: fc.record({ quantity: decimals, price: decimals, triggerPrice: decimals }, { requiredKeys: [] }),
    reason: words,
    worksAgain: oneOf(true, false),
    ends: oneOf(true, false),
    triggered: oneOf(true, false),
    raw: words,
    venueMessage: words,
  },
  {
    requiredKeys: [
      "kind",
      "venue",
      "account",
      "instrumentId",
      "venueAt",
      "fill",
      "executionId",
      "status",
      "request",
      "replace",
      "reason",
      "worksAgain",
    ],
  },
);

const step = fc.oneof(
  { weight: 14, arbitrary: fc.record({ do: fc.constant("report" as const), report: reports }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("anything" as const), report: hostile }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("unreadable" as const), report: hostile }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("true" as const), pick: fc.nat(ORDERS), execution: fc.nat(20) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("cancel" as const), pick: fc.nat(ORDERS), answer: hostile }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("replace" as const), pick: fc.nat(ORDERS), answer: hostile }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("reconcile" as const), answer: fc.array(hostile, { maxLength: 3 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.constantFrom(0, 300, 12_000) }) },
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** The engine, three orders that any report may hit, and one apart that no report names. */
async function createWorld() {
  const journal = new TableJournal();
  const t = await createTestEngine({ config: { journal } });
  /** Why words were refused that could not be read. */
  const refused: string[] = [];
  const orders: Order[] = [];
  for (let n = 0; n < ORDERS; n++) orders.push(await t.working({ clientOrderId: `c${n}` }));
  t.venue.onPlace = () => ({ kind: "accepted", venueOrderId: "apart" as never });
  const apart = await t.working({ ...LIMIT_BUY, side: "sell", clientOrderId: "apart", price: "120" });
  t.venue.onOrder = (request) => {
    const order = [...orders, apart].find((each) => each.id === request.orderId);
    return order === undefined || order.isTerminal ? { kind: "failed", reason: "busy" } : found(recordOf(order));
  };
  t.venue.onOpenOrders = () => found([recordOf(apart)]);
  return { ...t, journal, orders, apart, refused };
}
type World = Awaited<ReturnType<typeof createWorld>>;

function say({ venue, refused }: World, report: unknown): void {
  const read = readReport(report, VENUE);
  if (!read.ok) refused.push(read.error);
  venue.sayAnything(report);
}

async function take(world: World, what: Step): Promise<void> {
  const { venue, engine, orders } = world;
  switch (what.do) {
    case "report": {
      const { pick, ...report } = what.report;
      const order = pick === undefined ? undefined : orders[pick];
      say(world, order === undefined ? report : { ...report, orderId: order.id });
      return;
    }
    case "anything":
      say(world, what.report);
      return;
    case "unreadable":
      venue.sayUnreadable(what.report as never);
      return;
    case "true": {
      const order = orders[what.pick];
      if (order !== undefined) venue.fill(order, "0.1", "100", `true-${what.execution}`);
      return;
    }
    case "cancel":
      venue.onCancel = () => what.answer as never;
      if (orders[what.pick] !== undefined) await engine.cancel(orders[what.pick]?.id ?? "");
      return;
    case "replace":
      venue.onReplace = () => what.answer as never;
      if (orders[what.pick] !== undefined) await engine.replace(orders[what.pick]?.id ?? "", { quantity: "3" });
      return;
    case "reconcile":
      venue.onOpenOrders = () => found([...what.answer, recordOf(world.apart)]) as never;
      venue.onFillsSince = () => found(what.answer) as never;
      await engine.reconcile();
      return;
    case "wait":
      await world.pass(what.ms);
  }
}

/** What must hold of an order, whatever was said about it. */
function checkOrder(order: Order): void {
  const fills = [...order.fills.values()];
  const sum = (of: (fill: (typeof fills)[number]) => Decimal): string =>
    fills.reduce((total, fill) => total.add(of(fill)), Decimal.zero).toString();
  expect(order.cumulativeQuantity.toString()).toBe(sum(({ quantity }) => quantity));
  expect(order.cost.toString()).toBe(sum(({ price, quantity }) => price.mul(quantity)));
  expect(order.leavesQuantity?.isNegative()).not.toBe(true);
  expect(fills.every(({ quantity, price }) => quantity.isPositive() && price.isPositive())).toBe(true);
}

function checkPosition(world: World): void {
  const signed = [...world.orders, world.apart].map((order) =>
    order.side === "buy" ? order.cumulativeQuantity : order.cumulativeQuantity.neg(),
  );
  const expected = signed.reduce((a, b) => a.add(b), Decimal.zero).toString();
  const [position] = world.engine.positions("main");
  expect(position?.quantity.toString() ?? "0").toBe(expected);
}

/** Every word that could not be read is kept with its reason, each once. */
function checkKept({ journal, refused }: World): void {
  const kept = [...journal.read(0)].filter((event) => event.type === "reportQuarantined");
  expect(kept.every(({ raw, reason }) => raw.length > 0 && raw.length <= 4_096 && reason.length > 0)).toBe(true);
  expect(new Set(kept.map(({ reason, raw }) => `${reason} ${raw}`)).size).toBe(kept.length);
  const reasons = new Set(kept.map(({ reason }) => reason));
  expect(refused.filter((reason) => !reasons.has(reason))).toEqual([]);
}

test(
  "whatever a venue says, the engine lives, totals are explained, and what is not believed is kept",
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25, size: "max" }), async (steps) => {
        const world = await createWorld();
        for (const each of steps) {
          await take(world, each);
          await settle();
          expect(world.engine.status().phase).toBe("ready");
        }
        await world.pass(15_000);
        expect(world.engine.status()).toMatchObject({ phase: "ready" });
        for (const order of world.orders) checkOrder(order);
        checkPosition(world);
        expect([world.apart.status, world.apart.cumulativeQuantity.toString()]).toEqual(["acknowledged", "0"]);
        checkKept(world);
        world.journal.writeTables();
        expect(verifyFold(world.journal).differences).toEqual([]);
        const events = [...world.journal.read(0)];
        expect(events.length).toBeLessThan(2_000);
        const stored = encodeChunk(events);
        expect(encodeChunk(decodeChunk(stored, 1))).toBe(stored);
        await world.engine.stop();
      }),
      { numRuns: RUNS },
    );
  },
  RUNS * 200 + 15_000,
);
