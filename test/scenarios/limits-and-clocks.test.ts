// Rate limits, bans and clock errors: what banned or killed other systems, and what happens here.
// Field reports T-87 to T-89. Correcting for a venue's clock is its adapter's work.

import { expect, test } from "vitest";
import { unwrap } from "../../src/domain/result.ts";
import { createTestEngine } from "../../src/engine/testing/test-engine.ts";
import { found, recordOf } from "../../src/engine/testing/venue-answers.ts";
import type { SendOutcome } from "../../src/venues/venue.ts";
import { countSent, figures, held, holding, messages } from "./support-money.ts";

const banned = (retryAfterMs: number): SendOutcome => ({
  kind: "rejected",
  reason: "rateLimited",
  venueCode: "418",
  retryAfterMs,
});

// thread: ccxt/ccxt#14639
// thread: Drakkar-Software/OctoBot#2108
// thread: chrisleekr/binance-trading-bot#251
// thread: freqtrade/freqtrade#7187
// thread: hummingbot/hummingbot#767
// thread: profit-trailer#444
// thread: ccxt/binance-trade-bot#283
test("T-87: after a ban nothing at all is asked of the venue until it is over, and then the cancel goes first", async () => {
  const t = await createTestEngine();
  const resting = await t.working();
  let questions = 0;
  t.venue.onOrder = () => {
    questions++;
    return found(recordOf(resting));
  };
  t.venue.onPlace = () => banned(60_000);
  const refused = await t.working({ price: "99" });
  // Longer than the order may wait: it ends by the venue's word, and is not tried again.
  expect(refused.status).toBe("rejected");
  t.venue.onPlace = () => ({ kind: "accepted", venueOrderId: t.venue.nextId() });
  const late = await t.working({ price: "98" });
  unwrap(await t.engine.cancel(resting.id));
  await t.settle();
  const sent = countSent(t, "place") + countSent(t, "cancel");
  await t.pass(59_000);
  expect(countSent(t, "place") + countSent(t, "cancel")).toBe(sent);
  expect(questions).toBe(0);
  expect(late.status).toBe("failed");
  await t.pass(1_500);
  expect(messages(t).at(-1)).toBe("cancel");
  expect(countSent(t, "place")).toBe(2);
});

// thread: ccxt/ccxt#14639
test("T-87: a burst of orders stays inside the venue's limit, with room kept for cancels and exits", async () => {
  const venueMessages = { count: 10, windowMs: 1_000, reservedForCancels: 4 };
  const t = await createTestEngine({ config: { settings: { reconcileEveryMs: 0, venueMessages } } });
  await t.pass(1_000); // what the start asked counts too
  await holding(t, "1");
  const working = await t.working({ price: "99" });
  for (let index = 0; index < 20; index++) void t.submit({ price: "98", quantity: `${index + 1}` });
  await t.settle();
  expect(countSent(t, "place")).toBe(6);
  unwrap(await t.engine.cancel(working.id));
  await t.working({ side: "sell", price: "110", reduceOnly: true });
  expect(messages(t).slice(6)).toEqual(["cancel", "place sell 1 @ 110"]);
  await t.pass(999);
  expect(t.venue.sent.length).toBeLessThanOrEqual(10);
  await t.pass(4_000);
  expect(countSent(t, "place")).toBe(23);
});

// thread: BTCT#427
test("T-88: a 429 is obeyed: the same order goes out again when the venue said, and not before", async () => {
  const t = await createTestEngine();
  t.venue.onPlace = () => {
    t.venue.onPlace = () => ({ kind: "accepted", venueOrderId: t.venue.nextId() });
    return banned(1_500);
  };
  const order = await t.working();
  await t.pass(1_499);
  expect(messages(t)).toEqual(["place buy 1 @ 100"]);
  expect(order.status).toBe("submitted");
  await t.pass(2);
  expect(messages(t)).toEqual(["place buy 1 @ 100", "place buy 1 @ 100"]);
  const [first, second] = t.venue.sent;
  expect(first?.request.orderId).toBe(second?.request.orderId);
  expect(order.status).toBe("acknowledged");
});

// thread: BTCT#427
test("T-88: a venue that answers 429 again and again is asked three times, and then no more", async () => {
  const t = await createTestEngine();
  t.venue.onPlace = () => banned(500);
  const order = await t.working();
  await t.pass(60_000);
  expect(countSent(t, "place")).toBe(3);
  expect(figures(order)).toMatchObject({ status: "rejected", filled: "0" });
});

// thread: hummingbot/hummingbot#1075
test("T-89: an order refused for a bad timestamp ends alone: trading goes on, and nothing booked is lost", async () => {
  const t = await createTestEngine();
  await holding(t, "1");
  t.venue.onPlace = () => ({ kind: "rejected", reason: "clockSkew", venueCode: "-1021", venueMessage: "recvWindow" });
  const refused = await t.working({ price: "99" });
  expect(refused).toMatchObject({ status: "rejected" });
  expect(refused.statusReason?.text).toContain("clockSkew");
  t.venue.onPlace = () => ({ kind: "accepted", venueOrderId: t.venue.nextId() });
  expect((await t.working({ price: "98" })).status).toBe("acknowledged");
  expect(t.engine.status().phase).toBe("ready");
  expect(held(t)).toBe("1");
  expect(countSent(t, "place")).toBe(3);
});
