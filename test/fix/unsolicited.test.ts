// FIX order state change matrices, groups E (unsolicited and reinstatement), F (order reject) and G (status): what the
// venue does unasked, what is refused at the door, and what asking changes. How the rows are run is in matrix.ts.

import { describe } from "vitest";
import { matrix } from "./matrix.ts";

describe("E: unsolicited, and reinstatement", () => {
  matrix("FIX D19 (E.1.b): the venue cancels a part-filled order unasked", [
    ["→ new 10000", "", "submitted", 0, 10_000],
    ["← new", "New", "acknowledged", 0, 10_000],
    ["← trade 1000", "Partially Filled", "partiallyFilled", 1_000, 9_000],
    ["← canceled", "Canceled", "canceled", 1_000, 0],
  ]);

  matrix("FIX D20 (E.1.c): the venue increases an order unasked, before and after a fill", [
    ["→ new 10000", "", "submitted", 0, 10_000],
    ["← new", "New", "acknowledged", 0, 10_000],
    ["← restated 11000", "New", "acknowledged", 0, 11_000],
    ["← trade 1000", "Partially Filled", "partiallyFilled", 1_000, 10_000],
    ["← restated 12000", "Partially Filled", "partiallyFilled", 1_000, 11_000],
  ]);

  matrix("FIX D21 (E.1.d): the venue reduces an order unasked, then fills it", [
    ["→ new 10000", "", "submitted", 0, 10_000],
    ["← new", "New", "acknowledged", 0, 10_000],
    ["← restated 9000", "New", "acknowledged", 0, 9_000],
    ["← trade 9000", "Filled", "filled", 9_000, 0],
  ]);

  matrix("FIX E.1.e: the venue cancels an order that is no longer the best", [
    ["→ new 10000", "", "submitted", 0, 10_000],
    ["← new", "New", "acknowledged", 0, 10_000],
    ["← canceled", "Canceled", "canceled", 0, 0],
  ]);

  matrix("FIX E.1.f: an order waits for its trigger, is activated, and fills", [
    ["→ new 10000 stop limit", "", "submitted", 0, 10_000],
    ["← new", "New", "acknowledged", 0, 10_000],
    ["← triggered", "New", "acknowledged", 0, 10_000, { triggered: true }],
    ["← trade 2000", "Partially Filled", "partiallyFilled", 2_000, 8_000, { triggered: true }],
    ["← trade 8000", "Filled", "filled", 10_000, 0, { triggered: true }],
  ]);

  matrix("FIX group E: an order that was concluded to have ended is reinstated when the venue says that it works", [
    ["→ new 10000", "", "submitted", 0, 10_000],
    ["← new", "New", "acknowledged", 0, 10_000],
    ["← trade 1000", "Partially Filled", "partiallyFilled", 1_000, 9_000],
    ["· the venue no longer knows the order", "", "expired", 1_000, 0, { discrepancies: ["missedEnd"] }],
    ["← new", "Partially Filled", "partiallyFilled", 1_000, 9_000, { discrepancies: ["reinstated"] }],
    ["← trade 9000", "Filled", "filled", 10_000, 0],
  ]);

  matrix("FIX group E: an order that was concluded to have ended is reinstated by an execution", [
    ["→ new 10000", "", "submitted", 0, 10_000],
    ["← new", "New", "acknowledged", 0, 10_000],
    ["· the venue no longer knows the order", "", "expired", 0, 0, { discrepancies: ["missedEnd"] }],
    ["← trade 4000", "Partially Filled", "partiallyFilled", 4_000, 6_000, { discrepancies: ["reinstated"] }],
    ["← canceled", "Canceled", "canceled", 4_000, 0],
  ]);

  matrix("FIX group E: an end that the venue confirmed is final, and its later word that the order works is stale", [
    ["→ new 10000", "", "submitted", 0, 10_000],
    ["← new", "New", "acknowledged", 0, 10_000],
    ["← canceled", "Canceled", "canceled", 0, 0],
    [
      "← new",
      "New",
      "canceled",
      0,
      0,
      { differs: "a venue's own end is final; only a bust with its word that the order works again reopens one" },
    ],
  ]);
});

describe("F: order reject", () => {
  matrix("FIX D22: a client order id that is taken is refused", [
    ["→ new 10000 named X", "", "submitted", 0, 10_000],
    ["← new", "New", "acknowledged", 0, 10_000],
    [
      "→ new 20000 named X",
      "",
      "acknowledged",
      0,
      10_000,
      { refused: "request.duplicateClientOrderId", differs: "refused here: the venue never sees an id twice" },
    ],
  ]);

  matrix("FIX D22, seen at the venue: a duplicate id means that the order stands there, and it is asked for", [
    ["→ new 10000", "", "submitted", 0, 10_000],
    [
      "← rejected: duplicateOrderId",
      "Rejected",
      "submitted",
      0,
      10_000,
      { differs: "ids are ours alone: a venue that has one already has this order, and is asked about it" },
    ],
    ["← new", "New", "acknowledged", 0, 10_000],
  ]);

  matrix("FIX D23: an order that was given by voice already is rejected", [
    ["→ new 10000", "", "submitted", 0, 10_000],
    ["← rejected: duplicateOfVerbalOrder", "Rejected", "rejected", 0, 0],
  ]);

  matrix("FIX D31 (F.1.b): an order that may be a repeat is the same order, and another order is a new one", [
    ["→ new 10000 named X", "", "submitted", 0, 10_000],
    ["← new", "New", "acknowledged", 0, 10_000],
    [
      "→ new 10000 named X",
      "",
      "acknowledged",
      0,
      10_000,
      { sends: 0, differs: "answered here with the order as it stands; there is no flag: the same id says it" },
    ],
    ["→ new 20000 named X", "", "acknowledged", 0, 10_000, { refused: "request.duplicateClientOrderId" }],
    ["→ new 15000 named Y", "", "submitted", 0, 15_000],
    ["← new", "New", "acknowledged", 0, 15_000],
  ]);
});

describe("G: status", () => {
  matrix("FIX D24: a status request for an unknown order finds none", [
    [
      "→ status request for an unknown order",
      "",
      "no order",
      0,
      0,
      { differs: "there is no order to show as Rejected: none is found" },
    ],
  ]);

  matrix("FIX D26: status requests during an order's life change nothing", [
    ["→ new 10000", "", "submitted", 0, 10_000],
    ["→ status request", "", "submitted", 0, 10_000],
    ["← new", "New", "acknowledged", 0, 10_000],
    ["→ status request", "", "acknowledged", 0, 10_000],
    ["← trade 2000", "Partially Filled", "partiallyFilled", 2_000, 8_000],
    ["→ status request", "", "partiallyFilled", 2_000, 8_000],
    ["→ cancel", "", "partiallyFilled, pending cancel", 2_000, 8_000],
    ["→ status request", "", "partiallyFilled, pending cancel", 2_000, 8_000],
    ["← trade 8000", "Filled", "filled", 10_000, 0],
    ["→ status request", "", "filled", 10_000, 0],
  ]);
});
