// FIX order state change matrices, groups A (vanilla) and B (cancel): an order's plain life, and a cancel that meets
// fills, an end, or nothing. Message sequence and quantities are FIX's; how the rows are run is in matrix.ts.

import { describe } from "vitest";
import { ASKED_IS_PENDING, matrix } from "./matrix.ts";

describe("A: vanilla", () => {
  matrix("FIX D1 (A.1.a): an order is filled", [
    ["→ new 10000", "", "submitted", 0, 10_000],
    ["← new", "New", "acknowledged", 0, 10_000],
    ["← trade 2000", "Partially Filled", "partiallyFilled", 2_000, 8_000],
    ["← trade 1000", "Partially Filled", "partiallyFilled", 3_000, 7_000],
    ["← trade 7000", "Filled", "filled", 10_000, 0],
  ]);

  matrix("FIX D1 (A.1.a), the other path: the order is rejected", [
    ["→ new 10000", "", "submitted", 0, 10_000],
    ["← rejected: insufficientFunds", "Rejected", "rejected", 0, 0],
  ]);

  matrix("FIX D2 (A.1.b): a part-filled day order is done for the day", [
    ["→ new 10000 day", "", "submitted", 0, 10_000],
    ["← new", "New", "acknowledged", 0, 10_000],
    ["← trade 2000", "Partially Filled", "partiallyFilled", 2_000, 8_000],
    ["← trade 1000", "Partially Filled", "partiallyFilled", 3_000, 7_000],
    [
      "← done for day",
      "Done for Day",
      "expired",
      3_000,
      0,
      { differs: "there is no Done for Day: a day order that its venue is done with has ended, as expired" },
    ],
  ]);
});

describe("B: cancel", () => {
  matrix("FIX D3 (B.1.a): a cancel of an order without fills is accepted", [
    ["→ new 10000", "", "submitted", 0, 10_000],
    ["← new", "New", "acknowledged", 0, 10_000],
    ["→ cancel", "", "acknowledged, pending cancel", 0, 10_000],
    ["← pending cancel", "Pending Cancel", "acknowledged, pending cancel", 0, 10_000],
    ["← canceled", "Canceled", "canceled", 0, 0],
  ]);

  matrix("FIX D3 (B.1.a), the other paths: the cancel is refused before and after it was pending", [
    ["→ new 10000", "", "submitted", 0, 10_000],
    ["← new", "New", "acknowledged", 0, 10_000],
    ["→ cancel", "", "acknowledged, pending cancel", 0, 10_000],
    ["← cancel reject: brokerOption", "New", "acknowledged", 0, 10_000],
    ["→ cancel", "", "acknowledged, pending cancel", 0, 10_000],
    ["← pending cancel", "Pending Cancel", "acknowledged, pending cancel", 0, 10_000],
    ["← cancel reject: brokerOption", "New", "acknowledged", 0, 10_000],
  ]);

  matrix("FIX D4 (B.1.b): a part-filled order executes while its cancel is active", [
    ["→ new 10000", "", "submitted", 0, 10_000],
    ["← new", "New", "acknowledged", 0, 10_000],
    ["← trade 2000", "Partially Filled", "partiallyFilled", 2_000, 8_000],
    ["→ cancel", "", "partiallyFilled, pending cancel", 2_000, 8_000],
    [
      "← trade 3000",
      "Partially Filled",
      "partiallyFilled, pending cancel",
      5_000,
      5_000,
      { differs: ASKED_IS_PENDING },
    ],
    ["← pending cancel", "Pending Cancel", "partiallyFilled, pending cancel", 5_000, 5_000],
    ["← trade 1000", "Pending Cancel", "partiallyFilled, pending cancel", 6_000, 4_000],
    ["← canceled", "Canceled", "canceled", 6_000, 0],
  ]);

  matrix("FIX D4 (B.1.b), the other path: the cancel is refused after fills", [
    ["→ new 10000", "", "submitted", 0, 10_000],
    ["← new", "New", "acknowledged", 0, 10_000],
    ["← trade 2000", "Partially Filled", "partiallyFilled", 2_000, 8_000],
    ["→ cancel", "", "partiallyFilled, pending cancel", 2_000, 8_000],
    ["← pending cancel", "Pending Cancel", "partiallyFilled, pending cancel", 2_000, 8_000],
    ["← trade 1000", "Pending Cancel", "partiallyFilled, pending cancel", 3_000, 7_000],
    ["← cancel reject: brokerOption", "Partially Filled", "partiallyFilled", 3_000, 7_000],
  ]);

  matrix("FIX D5 (B.1.c): the order is filled before the cancel can be accepted", [
    ["→ new 10000", "", "submitted", 0, 10_000],
    ["← new", "New", "acknowledged", 0, 10_000],
    ["← trade 2000", "Partially Filled", "partiallyFilled", 2_000, 8_000],
    ["→ cancel", "", "partiallyFilled, pending cancel", 2_000, 8_000],
    [
      "← trade 3000",
      "Partially Filled",
      "partiallyFilled, pending cancel",
      5_000,
      5_000,
      { differs: ASKED_IS_PENDING },
    ],
    ["← pending cancel", "Pending Cancel", "partiallyFilled, pending cancel", 5_000, 5_000],
    [
      "← trade 5000",
      "Pending Cancel",
      "filled",
      10_000,
      0,
      { differs: "filled is an end: it closes the cancel, which has nothing left to cancel" },
    ],
    ["← cancel reject: tooLate", "Filled", "filled", 10_000, 0],
  ]);

  matrix("FIX B.1.d: a cancel is asked for before the order is acknowledged", [
    ["→ new 10000", "", "submitted", 0, 10_000],
    [
      "→ cancel",
      "",
      "submitted, pending cancel",
      0,
      10_000,
      { sends: 0, differs: "the cancel waits here until the venue has the order, then it goes out by itself" },
    ],
    ["← new", "Pending Cancel", "acknowledged, pending cancel", 0, 10_000, { sends: 1 }],
    ["← pending cancel", "Pending Cancel", "acknowledged, pending cancel", 0, 10_000],
    ["← canceled", "Canceled", "canceled", 0, 0],
  ]);

  matrix("FIX B.1.e: a cancel and the acknowledgment of its order cross", [
    ["→ new 10000", "", "submitted", 0, 10_000],
    ["→ cancel", "", "submitted, pending cancel", 0, 10_000, { sends: 0, differs: "it waits, as in B.1.d" }],
    [
      "← new",
      "New",
      "acknowledged, pending cancel",
      0,
      10_000,
      { sends: 1, differs: "nothing crosses: the acknowledgment lets the cancel go" },
    ],
    ["← pending cancel", "Pending Cancel", "acknowledged, pending cancel", 0, 10_000],
    ["← canceled", "Canceled", "canceled", 0, 0],
  ]);

  matrix("FIX B.1.f: a cancel of an unknown order is refused", [
    [
      "→ cancel an unknown order",
      "",
      "no order",
      0,
      0,
      { refused: "order.unknown", differs: "refused here: no venue is asked about an order that nobody knows" },
    ],
  ]);
});
