// FIX order state change matrices, group D (sequencing and chaining of replaces): one after the other, and one before
// the other is answered. Message sequence and quantities are FIX's; how the rows are run is in matrix.ts.

import { describe } from "vitest";
import { matrix } from "./matrix.ts";

const ONE_AT_A_TIME =
  "one replace is outstanding at a time: the next is refused here, and may be asked for once that one is answered";

describe("D.1: sequencing", () => {
  matrix("FIX D13 (D.1.a): a replace is accepted, then another is accepted", [
    ["→ new 10000", "", "submitted", 0, 10_000],
    ["← new", "New", "acknowledged", 0, 10_000],
    ["← trade 1000", "Partially Filled", "partiallyFilled", 1_000, 9_000],
    ["→ replace 8000", "", "partiallyFilled, pending replace", 1_000, 9_000],
    ["← pending replace", "Pending Replace", "partiallyFilled, pending replace", 1_000, 9_000],
    ["← trade 500", "Pending Replace", "partiallyFilled, pending replace", 1_500, 8_500],
    ["← replaced 8000", "Partially Filled", "partiallyFilled", 1_500, 6_500],
    ["← trade 2000", "Partially Filled", "partiallyFilled", 3_500, 4_500],
    ["→ replace 6000", "", "partiallyFilled, pending replace", 3_500, 4_500],
    ["← pending replace", "Pending Replace", "partiallyFilled, pending replace", 3_500, 4_500],
    ["← trade 500", "Pending Replace", "partiallyFilled, pending replace", 4_000, 4_000],
    ["← replaced 6000", "Partially Filled", "partiallyFilled", 4_000, 2_000],
    ["← trade 2000", "Filled", "filled", 6_000, 0],
  ]);

  matrix("FIX D14 (D.1.b): a replace is refused before it is pending, then another is accepted", [
    ["→ new 10000", "", "submitted", 0, 10_000],
    ["← new", "New", "acknowledged", 0, 10_000],
    ["← trade 1000", "Partially Filled", "partiallyFilled", 1_000, 9_000],
    ["→ replace 8000", "", "partiallyFilled, pending replace", 1_000, 9_000],
    ["← replace reject: brokerOption", "Partially Filled", "partiallyFilled", 1_000, 9_000],
    ["← trade 500", "Partially Filled", "partiallyFilled", 1_500, 8_500],
    ["← trade 2000", "Partially Filled", "partiallyFilled", 3_500, 6_500],
    ["→ replace 6000", "", "partiallyFilled, pending replace", 3_500, 6_500],
    ["← pending replace", "Pending Replace", "partiallyFilled, pending replace", 3_500, 6_500],
    ["← replaced 6000", "Partially Filled", "partiallyFilled", 3_500, 2_500],
    ["← trade 1500", "Partially Filled", "partiallyFilled", 5_000, 1_000],
  ]);

  matrix("FIX D15 (D.1.c): a replace is refused while it is pending, then another is accepted", [
    ["→ new 10000", "", "submitted", 0, 10_000],
    ["← new", "New", "acknowledged", 0, 10_000],
    ["← trade 1000", "Partially Filled", "partiallyFilled", 1_000, 9_000],
    ["→ replace 8000", "", "partiallyFilled, pending replace", 1_000, 9_000],
    ["← pending replace", "Pending Replace", "partiallyFilled, pending replace", 1_000, 9_000],
    ["← trade 500", "Pending Replace", "partiallyFilled, pending replace", 1_500, 8_500],
    ["← replace reject: brokerOption", "Partially Filled", "partiallyFilled", 1_500, 8_500],
    ["← trade 2000", "Partially Filled", "partiallyFilled", 3_500, 6_500],
    ["→ replace 6000", "", "partiallyFilled, pending replace", 3_500, 6_500],
    ["← pending replace", "Pending Replace", "partiallyFilled, pending replace", 3_500, 6_500],
    ["← replaced 6000", "Partially Filled", "partiallyFilled", 3_500, 2_500],
    ["← trade 1500", "Partially Filled", "partiallyFilled", 5_000, 1_000],
  ]);
});

describe("D.2: chaining", () => {
  matrix("FIX D16 (D.2.a): a replace is followed at once by another, and they are processed in turn", [
    ["→ new 10000", "", "submitted", 0, 10_000],
    ["← new", "New", "acknowledged", 0, 10_000],
    ["← trade 1000", "Partially Filled", "partiallyFilled", 1_000, 9_000],
    ["→ replace 8000", "", "partiallyFilled, pending replace", 1_000, 9_000],
    [
      "→ replace 7000",
      "",
      "partiallyFilled, pending replace",
      1_000,
      9_000,
      { refused: "order.requestPending", differs: ONE_AT_A_TIME },
    ],
    ["← pending replace", "Pending Replace", "partiallyFilled, pending replace", 1_000, 9_000],
    ["← replaced 8000", "Partially Filled", "partiallyFilled", 1_000, 7_000],
    ["→ replace 7000", "", "partiallyFilled, pending replace", 1_000, 7_000],
    ["← pending replace", "Pending Replace", "partiallyFilled, pending replace", 1_000, 7_000],
    ["← replaced 7000", "Partially Filled", "partiallyFilled", 1_000, 6_000],
    ["← trade 6000", "Filled", "filled", 7_000, 0],
  ]);

  matrix("FIX D.2.b: a replace is followed at once by another, and both would be pending before either is done", [
    ["→ new 10000", "", "submitted", 0, 10_000],
    ["← new", "New", "acknowledged", 0, 10_000],
    ["← trade 1000", "Partially Filled", "partiallyFilled", 1_000, 9_000],
    ["→ replace 8000", "", "partiallyFilled, pending replace", 1_000, 9_000],
    [
      "→ replace 7000",
      "",
      "partiallyFilled, pending replace",
      1_000,
      9_000,
      { refused: "order.requestPending", differs: ONE_AT_A_TIME },
    ],
    ["← pending replace", "Pending Replace", "partiallyFilled, pending replace", 1_000, 9_000],
    [
      "← replaced 8000",
      "Pending Replace",
      "partiallyFilled",
      1_000,
      7_000,
      { differs: "no second replace is pending, since none was sent" },
    ],
    ["→ replace 7000", "", "partiallyFilled, pending replace", 1_000, 7_000],
    ["← replaced 7000", "Partially Filled", "partiallyFilled", 1_000, 6_000],
    ["← trade 6000", "Filled", "filled", 7_000, 0],
  ]);

  matrix("FIX D17: a replace is followed at once by another, which is refused because the first is pending", [
    ["→ new 10000", "", "submitted", 0, 10_000],
    ["← new", "New", "acknowledged", 0, 10_000],
    ["← trade 1000", "Partially Filled", "partiallyFilled", 1_000, 9_000],
    ["→ replace 8000", "", "partiallyFilled, pending replace", 1_000, 9_000],
    [
      "→ replace 7000",
      "",
      "partiallyFilled, pending replace",
      1_000,
      9_000,
      { refused: "order.requestPending", differs: "refused here already, as this matrix lets the sell side refuse it" },
    ],
    ["← pending replace", "Pending Replace", "partiallyFilled, pending replace", 1_000, 9_000],
    ["← replaced 8000", "Partially Filled", "partiallyFilled", 1_000, 7_000],
    ["← trade 2000", "Partially Filled", "partiallyFilled", 3_000, 5_000],
  ]);

  matrix("FIX group D: a cancel is taken while a replace is pending, and a replace is not while a cancel is", [
    ["→ new 10000", "", "submitted", 0, 10_000],
    ["← new", "New", "acknowledged", 0, 10_000],
    ["→ replace 8000", "", "acknowledged, pending replace", 0, 10_000],
    ["→ cancel", "", "acknowledged, pending cancel and replace", 0, 10_000],
    ["→ replace 7000", "", "acknowledged, pending cancel and replace", 0, 10_000, { refused: "order.requestPending" }],
    ["← replaced 8000", "Pending Cancel", "acknowledged, pending cancel", 0, 8_000],
    ["→ cancel", "", "acknowledged, pending cancel", 0, 8_000, { refused: "order.requestPending" }],
    ["← canceled", "Canceled", "canceled", 0, 0],
  ]);
});
