// One order of ours as the chain of orders that Alpaca makes of its replaces.

import { expect, test } from "vitest";
import type { JsonValue } from "../../domain/json-reader.ts";
import { ReplaceChain } from "./replace-chain.ts";

type Told = Readonly<Record<string, JsonValue>> & { readonly type: string };

/** Folds events that come one after the other, at their numbers. */
function chainOf(...told: readonly Told[]): ReplaceChain {
  const chain = new ReplaceChain();
  for (const [index, event] of told.entries()) chain.apply({ seq: index + 1, at: index + 1, ...event });
  return chain;
}

const created: Told = { type: "orderCreated", terms: { quantity: "1", price: "100", clientOrderId: "mine" } };
const asked = (requestId: string, replace: JsonValue): Told => ({ type: "replaceRequested", requestId, replace });
const fill = (executionId: string, quantity: string, price: string): Told => ({
  type: "orderPartiallyFilled",
  fill: { venueOrderId: "v1", executionId, quantity, price },
});

test("an order that nobody replaces is one revision", () => {
  const chain = chainOf(created, fill("e1", "0.5", "100"));
  expect(chain.revisions).toEqual([
    { index: 0, state: "current", at: 1, acceptedSeq: 1, quantity: "1", price: "100", clientOrderId: "mine" },
  ]);
});

test("an accepted replace links both ways, keeps what it did not change, and what was filled until then", () => {
  const chain = chainOf(created, fill("e1", "0.25", "100"), fill("e2", "0.25", "102"), asked("r1", { price: "101" }), {
    type: "orderReplaced",
    requestId: "r1",
    replace: { price: "101" },
  });
  expect(chain.current).toBe(1);
  expect(chain.revisions).toMatchObject([
    { state: "replaced", replacedBy: 1, endedAt: 5, filledQuantity: "0.5", averagePrice: "101", clientOrderId: "mine" },
    { state: "current", replaces: 0, quantity: "1", price: "101", at: 4, acceptedSeq: 5 },
  ]);
  expect(chain.revisions[1]).not.toHaveProperty("clientOrderId");
});

test("a refused replace keeps its number, so that the next one gets another", () => {
  const chain = chainOf(
    created,
    asked("r1", { price: "101" }),
    { type: "replaceRejected", requestId: "r1", reason: "no" },
    asked("r2", { price: "102" }),
  );
  expect(chain.revisions.map(({ index, state }) => [index, state])).toEqual([
    [0, "current"],
    [1, "refused"],
    [2, "pending"],
  ]);
  expect(chain.revisions[2]).toMatchObject({ replaces: 0, price: "102" });
});

test.each(["orderFilled", "orderCanceled", "orderExpired", "orderRejected"])(
  "a replace that waits when the order ends by %s is refused",
  (type) => {
    const chain = chainOf(created, asked("r1", { price: "101" }), { type });
    expect(chain.current).toBe(0);
    expect(chain.revisions[1]).toMatchObject({ state: "refused", endedAt: 3 });
  },
);

test("a replace that the venue made unasked is a revision too", () => {
  const chain = chainOf(created, { type: "orderReplaced", replace: { quantity: "2" } });
  expect(chain.revisions[1]).toMatchObject({ state: "current", replaces: 0, quantity: "2", price: "100" });
});

test("a reversed fill is not counted when the order is replaced", () => {
  const chain = chainOf(
    created,
    fill("e1", "0.5", "100"),
    { type: "fillReversed", venueOrderId: "v1", executionId: "e1" },
    { type: "orderReplaced", replace: { price: "99" } },
  );
  expect(chain.revisions[0]).toMatchObject({ filledQuantity: "0" });
});

test("events that were folded already change nothing", () => {
  const chain = chainOf(created, asked("r1", { price: "101" }));
  chain.apply({ seq: 2, at: 2, ...asked("r1", { price: "101" }) });
  expect(chain.revisions).toHaveLength(2);
});
