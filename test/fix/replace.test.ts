// FIX order state change matrices, group C (cancel/replace): more quantity, another price, less quantity, and fills that
// come in between. Message sequence and quantities are FIX's; how the rows are run is in matrix.ts.

import { describe } from "vitest";
import { ASKED_IS_PENDING, matrix } from "./matrix.ts";

describe("C.1: replace to increase quantity", () => {
  matrix("FIX D6 (C.1.a): an order without fills is increased", [
    ["→ new 10000", "", "submitted", 0, 10_000],
    ["← new", "New", "acknowledged", 0, 10_000],
    ["→ replace 11000", "", "acknowledged, pending replace", 0, 10_000],
    ["← pending replace", "Pending Replace", "acknowledged, pending replace", 0, 10_000],
    ["← replaced 11000", "New", "acknowledged", 0, 11_000],
    ["← trade 1000", "Partially Filled", "partiallyFilled", 1_000, 10_000],
    ["← trade 2000", "Partially Filled", "partiallyFilled", 3_000, 8_000],
  ]);

  matrix("FIX D7 (C.1.b): a part-filled order executes while its increase is pending", [
    ["→ new 10000", "", "submitted", 0, 10_000],
    ["← new", "New", "acknowledged", 0, 10_000],
    ["← trade 1000", "Partially Filled", "partiallyFilled", 1_000, 9_000],
    ["→ replace 12000", "", "partiallyFilled, pending replace", 1_000, 9_000],
    ["← pending replace", "Pending Replace", "partiallyFilled, pending replace", 1_000, 9_000],
    ["← trade 100", "Pending Replace", "partiallyFilled, pending replace", 1_100, 8_900],
    ["← replaced 12000", "Partially Filled", "partiallyFilled", 1_100, 10_900],
    ["← trade 10900", "Filled", "filled", 12_000, 0],
  ]);

  matrix("FIX D7 (C.1.b), the other paths: the increase is refused before and after it was pending", [
    ["→ new 10000", "", "submitted", 0, 10_000],
    ["← new", "New", "acknowledged", 0, 10_000],
    ["← trade 1000", "Partially Filled", "partiallyFilled", 1_000, 9_000],
    ["→ replace 12000", "", "partiallyFilled, pending replace", 1_000, 9_000],
    ["← replace reject: brokerOption", "Partially Filled", "partiallyFilled", 1_000, 9_000],
    ["→ replace 12000", "", "partiallyFilled, pending replace", 1_000, 9_000],
    ["← pending replace", "Pending Replace", "partiallyFilled, pending replace", 1_000, 9_000],
    ["← trade 100", "Pending Replace", "partiallyFilled, pending replace", 1_100, 8_900],
    ["← replace reject: brokerOption", "Partially Filled", "partiallyFilled", 1_100, 8_900],
  ]);

  matrix("FIX D8 (C.1.c): a filled order is not increased", [
    ["→ new 10000", "", "submitted", 0, 10_000],
    ["← new", "New", "acknowledged", 0, 10_000],
    ["← trade 10000", "Filled", "filled", 10_000, 0],
    [
      "→ replace 12000",
      "",
      "filled",
      10_000,
      0,
      { refused: "order.notReplaceable", differs: "filled is an end: for more, another order is submitted" },
    ],
  ]);

  matrix(
    "FIX group C.1: an order that fills its old quantity while its increase is pending stays open until the answer",
    [
      ["→ new 10000", "", "submitted", 0, 10_000],
      ["← new", "New", "acknowledged", 0, 10_000],
      ["→ replace 12000", "", "acknowledged, pending replace", 0, 10_000],
      ["← pending replace", "Pending Replace", "acknowledged, pending replace", 0, 10_000],
      ["← trade 10000", "Pending Replace", "partiallyFilled, pending replace", 10_000, 0],
      ["← replaced 12000", "Partially Filled", "partiallyFilled", 10_000, 2_000],
      ["← trade 2000", "Filled", "filled", 12_000, 0],
    ],
  );

  matrix("FIX group C.1: an order that fills its old quantity is filled once its increase is refused", [
    ["→ new 10000", "", "submitted", 0, 10_000],
    ["← new", "New", "acknowledged", 0, 10_000],
    ["→ replace 12000", "", "acknowledged, pending replace", 0, 10_000],
    ["← trade 10000", "Filled", "partiallyFilled, pending replace", 10_000, 0, { differs: ASKED_IS_PENDING }],
    ["← replace reject: tooLate", "Filled", "filled", 10_000, 0, { quantity: 10_000 }],
  ]);
});

describe("C.2: replace not for quantity", () => {
  matrix("FIX D9 (C.2.a): a new price is refused because the order has filled", [
    ["→ new 10000", "", "submitted", 0, 10_000],
    ["← new", "New", "acknowledged", 0, 10_000],
    ["← trade 1000", "Partially Filled", "partiallyFilled", 1_000, 9_000],
    ["→ replace @ 101", "", "partiallyFilled, pending replace", 1_000, 9_000, { price: "100" }],
    ["← trade 9000", "Filled", "filled", 10_000, 0],
    ["← replace reject: tooLate", "Filled", "filled", 10_000, 0, { price: "100" }],
  ]);

  matrix("FIX group C.2: a new price is accepted, and the quantities stay", [
    ["→ new 10000", "", "submitted", 0, 10_000, { price: "100" }],
    ["← new", "New", "acknowledged", 0, 10_000],
    ["← trade 1000", "Partially Filled", "partiallyFilled", 1_000, 9_000],
    ["→ replace @ 101", "", "partiallyFilled, pending replace", 1_000, 9_000, { price: "100" }],
    ["← pending replace", "Pending Replace", "partiallyFilled, pending replace", 1_000, 9_000, { price: "100" }],
    ["← replaced @ 101", "Partially Filled", "partiallyFilled", 1_000, 9_000, { price: "101" }],
    ["← trade 9000", "Filled", "filled", 10_000, 0],
  ]);
});

describe("C.3: replace to decrease quantity", () => {
  matrix("FIX D10 (C.3.a): a decrease that stays above what is filled is accepted, then the order is filled", [
    ["→ new 10000", "", "submitted", 0, 10_000],
    ["← new", "New", "acknowledged", 0, 10_000],
    ["← trade 1000", "Partially Filled", "partiallyFilled", 1_000, 9_000],
    ["→ replace 8000", "", "partiallyFilled, pending replace", 1_000, 9_000],
    [
      "← trade 500",
      "Partially Filled",
      "partiallyFilled, pending replace",
      1_500,
      8_500,
      { differs: ASKED_IS_PENDING },
    ],
    ["← pending replace", "Pending Replace", "partiallyFilled, pending replace", 1_500, 8_500],
    ["← trade 100", "Pending Replace", "partiallyFilled, pending replace", 1_600, 8_400],
    ["← replaced 8000", "Partially Filled", "partiallyFilled", 1_600, 6_400],
    ["← trade 6400", "Filled", "filled", 8_000, 0],
  ]);

  matrix("FIX D10 (C.3.a), the other path: the decrease is refused, and the old quantity holds", [
    ["→ new 10000", "", "submitted", 0, 10_000],
    ["← new", "New", "acknowledged", 0, 10_000],
    ["← trade 1000", "Partially Filled", "partiallyFilled", 1_000, 9_000],
    ["→ replace 8000", "", "partiallyFilled, pending replace", 1_000, 9_000],
    ["← pending replace", "Pending Replace", "partiallyFilled, pending replace", 1_000, 9_000],
    ["← trade 600", "Pending Replace", "partiallyFilled, pending replace", 1_600, 8_400],
    ["← replace reject: brokerOption", "Partially Filled", "partiallyFilled", 1_600, 8_400],
  ]);

  matrix("FIX D11 (C.3.b): a decrease to just what a crossing fill has filled fills the order", [
    ["→ new 10000", "", "submitted", 0, 10_000],
    ["← new", "New", "acknowledged", 0, 10_000],
    ["→ replace 7000", "", "acknowledged, pending replace", 0, 10_000],
    [
      "← trade 7000",
      "Partially Filled",
      "partiallyFilled, pending replace",
      7_000,
      3_000,
      { differs: ASKED_IS_PENDING },
    ],
    ["← replaced 7000", "Filled", "filled", 7_000, 0, { quantity: 7_000 }],
  ]);

  matrix("FIX D12 (C.3.c): a decrease below what a crossing fill has filled amends the order to what is filled", [
    ["→ new 10000", "", "submitted", 0, 10_000],
    ["← new", "New", "acknowledged", 0, 10_000],
    ["→ replace 7000", "", "acknowledged, pending replace", 0, 10_000],
    [
      "← trade 8000",
      "Partially Filled",
      "partiallyFilled, pending replace",
      8_000,
      2_000,
      { differs: ASKED_IS_PENDING },
    ],
    ["← replaced 8000", "Filled", "filled", 8_000, 0, { quantity: 8_000 }],
  ]);

  matrix("FIX D12 (C.3.c), with a venue that repeats the quantity it was asked for: what is filled counts", [
    ["→ new 10000", "", "submitted", 0, 10_000],
    ["← new", "New", "acknowledged", 0, 10_000],
    ["→ replace 7000", "", "acknowledged, pending replace", 0, 10_000],
    [
      "← trade 8000",
      "Partially Filled",
      "partiallyFilled, pending replace",
      8_000,
      2_000,
      { differs: ASKED_IS_PENDING },
    ],
    ["← replaced 7000", "Filled", "filled", 8_000, 0, { quantity: 8_000 }],
  ]);

  matrix("FIX group C.3: a decrease to what is filled already is not sent", [
    ["→ new 10000", "", "submitted", 0, 10_000],
    ["← new", "New", "acknowledged", 0, 10_000],
    ["← trade 8000", "Partially Filled", "partiallyFilled", 8_000, 2_000],
    [
      "→ replace 8000",
      "",
      "partiallyFilled",
      8_000,
      2_000,
      {
        refused: "request.replaceBelowFilled",
        differs: "known to be filled when it is asked for: refused here; a cancel takes the rest out",
      },
    ],
    ["→ cancel", "", "partiallyFilled, pending cancel", 8_000, 2_000],
    ["← canceled", "Canceled", "canceled", 8_000, 0],
  ]);
});
