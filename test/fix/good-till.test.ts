// FIX order state change matrices, groups H (good-till orders over days) and I (time in force). Message sequence and
// quantities are FIX's; how the rows are run is in matrix.ts.

import { describe } from "vitest";
import { matrix } from "./matrix.ts";

// A venue without trading days has no end of the day to report, and FIX leaves that report optional: the day passes.
describe("H: good till", () => {
  matrix("FIX D27 (H.1.a): a part-filled order is restated on the next day, and fills further", [
    ["→ new 10000", "", "submitted", 0, 10_000],
    ["← new", "New", "acknowledged", 0, 10_000],
    ["← trade 2000", "Partially Filled", "partiallyFilled", 2_000, 8_000],
    [
      "· a day passes",
      "Done for Day",
      "partiallyFilled",
      2_000,
      8_000,
      { differs: "there is no Done for Day: the order works on" },
    ],
    ["← restated 10000", "Partially Filled", "partiallyFilled", 2_000, 8_000],
    ["← trade 1000", "Partially Filled", "partiallyFilled", 3_000, 7_000],
  ]);

  matrix("FIX D29 (H.1.c): a part-filled order is restated and canceled on the next day", [
    ["→ new 10000", "", "submitted", 0, 10_000],
    ["← new", "New", "acknowledged", 0, 10_000],
    ["← trade 2000", "Partially Filled", "partiallyFilled", 2_000, 8_000],
    [
      "· a day passes",
      "Done for Day",
      "partiallyFilled",
      2_000,
      8_000,
      { differs: "there is no Done for Day: the order works on" },
    ],
    ["← restated 10000", "Partially Filled", "partiallyFilled", 2_000, 8_000],
    ["→ cancel", "", "partiallyFilled, pending cancel", 2_000, 8_000],
    ["← pending cancel", "Pending Cancel", "partiallyFilled, pending cancel", 2_000, 8_000],
    ["← canceled", "Canceled", "canceled", 2_000, 0],
  ]);

  matrix("FIX D30 (H.1.d): a part-filled order is restated and increased on the next day", [
    ["→ new 10000", "", "submitted", 0, 10_000],
    ["← new", "New", "acknowledged", 0, 10_000],
    ["← trade 2000", "Partially Filled", "partiallyFilled", 2_000, 8_000],
    [
      "· a day passes",
      "Done for Day",
      "partiallyFilled",
      2_000,
      8_000,
      { differs: "there is no Done for Day: the order works on" },
    ],
    ["← restated 10000", "Partially Filled", "partiallyFilled", 2_000, 8_000],
    ["→ replace 15000", "", "partiallyFilled, pending replace", 2_000, 8_000],
    ["← pending replace", "Pending Replace", "partiallyFilled, pending replace", 2_000, 8_000],
    ["← trade 1000", "Pending Replace", "partiallyFilled, pending replace", 3_000, 7_000],
    ["← replaced 15000", "Partially Filled", "partiallyFilled", 3_000, 12_000],
  ]);
});

describe("I: time in force", () => {
  matrix("FIX D32: a fill-or-kill order that cannot be filled is canceled", [
    ["→ new 10000 fok", "", "submitted", 0, 10_000],
    ["← new", "New", "acknowledged", 0, 10_000],
    ["← canceled", "Canceled", "canceled", 0, 0],
  ]);

  matrix("FIX D33: an immediate-or-cancel order that meets nothing is canceled", [
    ["→ new 10000 ioc", "", "submitted", 0, 10_000],
    ["← new", "New", "acknowledged", 0, 10_000],
    ["← canceled", "Canceled", "canceled", 0, 0],
  ]);

  matrix("FIX group I: an immediate-or-cancel order keeps what it met, and the rest is canceled", [
    ["→ new 10000 ioc", "", "submitted", 0, 10_000],
    ["← new", "New", "acknowledged", 0, 10_000],
    ["← trade 1000", "Partially Filled", "partiallyFilled", 1_000, 9_000],
    ["← canceled", "Canceled", "canceled", 1_000, 0],
  ]);

  matrix("FIX group I: a fill-or-kill order fills whole before its reply comes", [
    ["→ new 10000 fok", "", "submitted", 0, 10_000],
    ["← trade 10000", "Filled", "filled", 10_000, 0],
    [
      "← new",
      "New",
      "filled",
      10_000,
      0,
      { differs: "the fill has acknowledged the order already: the late reply is no news" },
    ],
  ]);

  matrix("FIX group I: a good-till-date order expires with what it has filled", [
    ["→ new 10000 gtd", "", "submitted", 0, 10_000],
    ["← new", "New", "acknowledged", 0, 10_000],
    ["← trade 4000", "Partially Filled", "partiallyFilled", 4_000, 6_000],
    ["· a day passes", "", "partiallyFilled", 4_000, 6_000],
    ["← expired", "Expired", "expired", 4_000, 0],
  ]);
});
