// FIX order state change matrices, group J (execution cancels and corrects): executions that are taken back or changed,
// of open orders and of ended ones. Message sequence and quantities are FIX's; how the rows are run is in matrix.ts.

import { describe } from "vitest";
import { matrix } from "./matrix.ts";

describe("J: execution cancels and corrects", () => {
  matrix("FIX D34 (J.1.a): a filled order's executions are corrected and taken back", [
    ["→ new 10000", "", "submitted", 0, 10_000],
    ["← new", "New", "acknowledged", 0, 10_000],
    ["← trade 1000 @ 100 as C", "Partially Filled", "partiallyFilled", 1_000, 9_000, { average: "100" }],
    ["← trade 9000 @ 110 as D", "Filled", "filled", 10_000, 0, { average: "109" }],
    ["← trade cancel C, works again", "Partially Filled", "partiallyFilled", 9_000, 1_000, { average: "110" }],
    ["← trade correct D as F to 9000 @ 100", "Partially Filled", "partiallyFilled", 9_000, 1_000, { average: "100" }],
    ["← trade 1000 @ 120 as G", "Filled", "filled", 10_000, 0, { average: "102" }],
    ["← trade correct F as H to 9000 @ 120", "Filled", "filled", 10_000, 0, { average: "120" }],
    [
      "→ replace 12000",
      "",
      "filled",
      10_000,
      0,
      { refused: "order.notReplaceable", differs: "filled is an end: for more, another order is submitted" },
    ],
    [
      "← trade correct H as K to 9500 @ 120",
      "Partially Filled",
      "filled",
      10_500,
      0,
      {
        average: "120",
        discrepancies: ["overfill"],
        fix: { leaves: 1_500 },
        differs: "the order was not increased: what is executed beyond it is booked, and put on record as an overfill",
      },
    ],
  ]);

  matrix("FIX group J: a bust of a filled order leaves it ended unless the venue says that it works again", [
    ["→ new 10000", "", "submitted", 0, 10_000],
    ["← new", "New", "acknowledged", 0, 10_000],
    ["← trade 1000 as C", "Partially Filled", "partiallyFilled", 1_000, 9_000],
    ["← trade 9000 as D", "Filled", "filled", 10_000, 0],
    [
      "← trade cancel C",
      "Partially Filled",
      "filled",
      9_000,
      0,
      {
        fix: { leaves: 1_000 },
        differs: "many venues do not put what they bust back to work: an end is undone by the venue's word only",
      },
    ],
  ]);

  matrix("FIX group J: the bust of an open order's only execution makes it an order without fills", [
    ["→ new 10000", "", "submitted", 0, 10_000],
    ["← new", "New", "acknowledged", 0, 10_000],
    ["← trade 5000 as B", "Partially Filled", "partiallyFilled", 5_000, 5_000],
    ["← trade cancel B", "New", "acknowledged", 0, 10_000],
    ["← trade 5000 as B", "New", "acknowledged", 0, 10_000],
    ["← trade 10000 as C", "Filled", "filled", 10_000, 0],
    ["← trade cancel C, works again", "New", "acknowledged", 0, 10_000],
  ]);

  matrix("FIX D35 (J.1.b): a canceled order's execution is busted, then it has a new execution", [
    ["→ new 10000", "", "submitted", 0, 10_000],
    ["← new", "New", "acknowledged", 0, 10_000],
    ["← trade 5000 @ 50 as B", "Partially Filled", "partiallyFilled", 5_000, 5_000],
    ["→ cancel", "", "partiallyFilled, pending cancel", 5_000, 5_000],
    ["← pending cancel", "Pending Cancel", "partiallyFilled, pending cancel", 5_000, 5_000],
    ["← canceled", "Canceled", "canceled", 5_000, 0],
    ["← trade cancel B", "Canceled", "canceled", 0, 0],
    ["← trade 4000 @ 51 as F", "Canceled", "canceled", 4_000, 0, { average: "51", discrepancies: ["lateFill"] }],
  ]);

  matrix("FIX D36 (J.1.c): executions of two days are corrected in quantity", [
    ["→ new 10000", "", "submitted", 0, 10_000],
    ["← new", "New", "acknowledged", 0, 10_000],
    ["← trade 2000 as B", "Partially Filled", "partiallyFilled", 2_000, 8_000],
    [
      "· a day passes",
      "Done for Day",
      "partiallyFilled",
      2_000,
      8_000,
      { differs: "there is no Done for Day: the order works on" },
    ],
    ["← restated 10000", "Partially Filled", "partiallyFilled", 2_000, 8_000],
    ["← trade 1000 as E", "Partially Filled", "partiallyFilled", 3_000, 7_000],
    ["← trade correct B as F to 1500 @ 100", "Partially Filled", "partiallyFilled", 2_500, 7_500],
    ["← trade correct E as G to 500 @ 100", "Partially Filled", "partiallyFilled", 2_000, 8_000],
  ]);

  matrix("FIX J.1.d: executions of an order that is done for the day are corrected and taken back", [
    ["→ new 10000 day", "", "submitted", 0, 10_000],
    ["← new", "New", "acknowledged", 0, 10_000],
    ["← trade 5000 @ 50 as B", "Partially Filled", "partiallyFilled", 5_000, 5_000],
    [
      "← done for day",
      "Done for Day",
      "expired",
      5_000,
      0,
      { differs: "there is no Done for Day: a day order that its venue is done with has ended, as expired" },
    ],
    ["← trade correct B as D to 4000 @ 50", "Done for Day", "expired", 4_000, 0, { differs: "ended, as expired" }],
    ["← trade cancel D", "Done for Day", "expired", 0, 0, { differs: "ended, as expired" }],
  ]);
});
