// The words of an order's state: one line per thing that an order can wait for or end by.

import { describe, expect, test } from "vitest";
import type { OrderJson } from "./contract.ts";
import { statusWord, toneOf, waitingWords } from "./order-words.ts";
import { anOrder, ended, T0 } from "./testing/an-order.ts";

const pendingCancel = { requestId: "r1", requestedAt: T0 + 1_000, outcomeUnknown: false, reason: "requested" };
const pendingReplace = { requestId: "r2", requestedAt: T0 + 1_000, outcomeUnknown: false, replace: { price: "60010" } };
const submitted = { status: "submitted", isWorking: false } as const;

describe("an open order says what it waits for", () => {
  test.each<[string, Partial<OrderJson>, string, string]>([
    ["created", { status: "created", isWorking: false }, "being checked", "waiting"],
    ["submitted", submitted, "waiting for the venue's acknowledgement 3.0 s", "waiting"],
    ["submitted and unknown", { ...submitted, outcomeUnknown: true }, "outcome unknown, sent 3.0 s ago", "unknown"],
    ["resting", {}, "resting in the book", "working"],
    [
      "partly filled",
      { status: "partiallyFilled", leavesQuantity: "0.20" },
      "resting in the book, 0.2 left",
      "working",
    ],
    ["a stop before its trigger", { triggerPrice: "61000" }, "waiting for the trigger at 61000", "working"],
    ["a stop after its trigger", { triggerPrice: "61000", triggered: true }, "resting in the book", "working"],
    ["cancel requested", { pendingCancel }, "cancel requested 2.0 s ago", "waiting"],
    [
      "cancel before the acknowledgement",
      { ...submitted, pendingCancel },
      "cancel armed until the venue answers, 2.0 s ago",
      "waiting",
    ],
    [
      "cancel unknown",
      { pendingCancel: { ...pendingCancel, outcomeUnknown: true } },
      "cancel outcome unknown, asked 2.0 s ago",
      "unknown",
    ],
    ["replace requested", { pendingReplace }, "replace to price 60010 asked 2.0 s ago", "waiting"],
    [
      "replace unknown",
      { pendingReplace: { ...pendingReplace, outcomeUnknown: true } },
      "replace outcome unknown, asked 2.0 s ago",
      "unknown",
    ],
    ["a cancel that overtakes a replace", { pendingReplace, pendingCancel }, "cancel requested 2.0 s ago", "waiting"],
  ])("%s", (_name, changes, words, tone) => {
    const order = anOrder(changes);
    expect(waitingWords(order, T0 + 3_000)).toBe(words);
    expect(toneOf(order)).toBe(tone);
  });
});

describe("an ended order says why, and the three kinds of no keep their own words", () => {
  test("denied is ours, and nothing was sent", () => {
    const { submittedAt: _, ...unsent } = ended("rejected", {
      statusReason: { code: "risk.maxNotional", text: "notional 9 is above the limit 5." },
    });
    expect(statusWord(unsent)).toBe("denied");
    expect(waitingWords(unsent, 0)).toBe("by our check: notional 9 is above the limit 5.");
  });

  test("rejected is the venue's", () => {
    const order = ended("rejected", { statusReason: { text: "postOnlyWouldTake" } });
    expect(statusWord(order)).toBe("rejected");
    expect(waitingWords(order, 0)).toBe("by the venue: post only would take");
  });

  test("unknown is neither", () => {
    expect(statusWord(anOrder({ ...submitted, outcomeUnknown: true }))).toBe("unknown");
  });

  test("an inferred end says that nobody confirmed it", () => {
    const order = ended("expired", { inferred: true, statusReason: { text: "notPlaced" } });
    expect(waitingWords(order, 0)).toBe("not placed (concluded, not confirmed)");
  });

  test("an unsettled end says that fills are missing", () => {
    expect(waitingWords(ended("filled", { isSettled: false }), 0)).toBe("wholly filled; fills still missing");
  });
});
