// The synthetic market: the same for a seed, reachable at any position, and a market that could be.

import { expect, test } from "vitest";
import type { InstrumentId } from "../../domain/identifiers.ts";
import type { MarketEvent } from "../market-data.ts";
import { MarketHub } from "../market-hub.ts";
import { SYNTHETIC_INSTRUMENTS, SyntheticMarket } from "./synthetic.ts";

const START_AT = 1_700_000_000_000;
/** Events of one block of the default market: two instruments. */
const BLOCK = 1_000;

async function take(market: SyntheticMarket, count: number): Promise<MarketEvent[]> {
  const events: MarketEvent[] = [];
  while (events.length < count) events.push(await market.next());
  return events;
}

/** Makes events comparable, decimals included. */
function plain(events: MarketEvent[]): string {
  return JSON.stringify(events);
}

test("a seed names one market, and another seed another", async () => {
  const first = await take(new SyntheticMarket({ seed: 1, startAt: START_AT }), 500);
  const again = await take(new SyntheticMarket({ seed: 1, startAt: START_AT }), 500);
  const other = await take(new SyntheticMarket({ seed: 2, startAt: START_AT }), 500);
  expect(plain(again)).toBe(plain(first));
  expect(plain(other)).not.toBe(plain(first));
});

test("no block repeats another", async () => {
  const events = await take(new SyntheticMarket({ seed: 1, startAt: START_AT }), 5 * BLOCK);
  const snapshots = events.flatMap((event) => (event.kind === "depth" && event.snapshot === true ? [event] : []));
  expect(snapshots).toHaveLength(10);
  const quantities = snapshots.map(({ bids }) => bids.map(({ quantity }) => quantity.toString()).join(" "));
  expect(new Set(quantities).size).toBe(10);
});

test.each([1, 17, BLOCK - 1, BLOCK, BLOCK + 1, 7 * BLOCK + 234])(
  "taken up again at position %i it goes on as if it had never stopped",
  async (position) => {
    const through = await take(new SyntheticMarket({ seed: 5, startAt: START_AT }), position + 50);
    const market = new SyntheticMarket({ seed: 5, startAt: START_AT });
    await market.skipTo(position);
    expect(market.position).toBe(position);
    expect(plain(await take(market, 50))).toBe(plain(through.slice(position)));
  },
);

test("a far position is as near as the first", async () => {
  const market = new SyntheticMarket({ seed: 5, startAt: START_AT });
  const primed: MarketEvent[] = [];
  await market.skipTo(1_000_000_000 + 321, (event) => primed.push(event));
  expect(primed.length).toBeLessThan(BLOCK);
  expect((await market.next()).at).toBeGreaterThan(START_AT + 365 * 86_400_000);
});

test("priming at a position gives the same book as reading through", async () => {
  const position = 3 * BLOCK + 456;
  const read = new MarketHub();
  for (const event of await take(new SyntheticMarket({ seed: 9, startAt: START_AT }), position)) read.publish(event);
  const primed = new MarketHub();
  await new SyntheticMarket({ seed: 9, startAt: START_AT }).skipTo(position, primed.publish);
  for (const { id } of SYNTHETIC_INSTRUMENTS) {
    const [expected, actual] = [read.view(id), primed.view(id)];
    expect(actual?.levels("bid", 50)).toEqual(expected?.levels("bid", 50));
    expect(actual?.levels("ask", 50)).toEqual(expected?.levels("ask", 50));
  }
});

test("taken up again in wall time, its position is at the present and the distances stay", async () => {
  const position = BLOCK + 77;
  const [last, ...original] = (await take(new SyntheticMarket({ seed: 3, startAt: START_AT }), position + 20)).slice(
    position - 1,
  );
  const now = START_AT + 86_400_000;
  const market = new SyntheticMarket({ seed: 3, startAt: now, startPosition: position });
  await market.skipTo(position);
  for (const before of original) {
    const after = await market.next();
    expect(after.at - now).toBeCloseTo(before.at - (last?.at ?? 0), 2);
    expect(plain([{ ...after, at: 0 }])).toBe(plain([{ ...before, at: 0 }]));
  }
});

test("adding an instrument leaves the others as they were", async () => {
  const alone = new SyntheticMarket({ seed: 4, startAt: START_AT, instruments: SYNTHETIC_INSTRUMENTS.slice(0, 1) });
  const both = await take(new SyntheticMarket({ seed: 4, startAt: START_AT }), 400);
  const ofFirst = both.filter(({ instrumentId }) => instrumentId === alone.instrumentIds[0]);
  const withoutId = (event: MarketEvent): unknown => ({ ...event, tradeId: undefined });
  const expected = await take(alone, ofFirst.length);
  expect(JSON.stringify(ofFirst.map(withoutId))).toBe(JSON.stringify(expected.map(withoutId)));
});

test("over forty blocks it is a market that could be", async () => {
  const market = new SyntheticMarket({ seed: 11, startAt: START_AT });
  const hub = new MarketHub();
  const trades = new Map<InstrumentId, number>();
  const prices = new Map<InstrumentId, number[]>();
  let lastAt = START_AT;
  for (const event of await take(market, 40 * BLOCK)) {
    expect(event.at).toBeGreaterThanOrEqual(lastAt);
    lastAt = event.at;
    const before = hub.view(event.instrumentId);
    if (event.kind === "trade") {
      trades.set(event.instrumentId, (trades.get(event.instrumentId) ?? 0) + 1);
      expect(event.quantity.isPositive()).toBe(true);
      // A trade takes what is displayed on the side it hits: never less far than the best price.
      const best = event.aggressor === "buy" ? before?.bestAsk : before?.bestBid;
      expect(event.aggressor === "buy" ? best?.price.lte(event.price) : best?.price.gte(event.price)).toBe(true);
    }
    hub.publish(event);
    const view = hub.view(event.instrumentId);
    const [bid, ask] = [view?.bestBid, view?.bestAsk];
    if (bid !== undefined && ask !== undefined) expect(bid.price.lt(ask.price)).toBe(true);
    if (event.kind === "depth") expect(view?.levels("bid", 99).length).toBeGreaterThanOrEqual(20);
    const mids = prices.get(event.instrumentId) ?? [];
    mids.push(view?.mid?.toApproximateNumber() ?? 0);
    prices.set(event.instrumentId, mids);
  }
  expect(lastAt).toBeLessThanOrEqual(START_AT + 40 * 50_000);
  for (const { id, anchorTicks, tickSize, lotSize } of SYNTHETIC_INSTRUMENTS) {
    expect(trades.get(id)).toBeGreaterThan(2_000);
    const anchor = anchorTicks * tickSize.toApproximateNumber();
    const mids = prices.get(id) ?? [];
    // It moves, by more than a per mille and less than a tenth.
    expect(Math.max(...mids) - Math.min(...mids)).toBeGreaterThan(anchor / 1_000);
    expect(Math.max(...mids.map((mid) => Math.abs(mid - anchor)))).toBeLessThan(anchor / 10);
    for (const level of hub.view(id)?.levels("ask", 20) ?? []) {
      expect(level.price.isMultipleOf(tickSize) && level.quantity.isMultipleOf(lotSize)).toBe(true);
    }
  }
});
