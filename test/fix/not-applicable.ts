// The FIX order state change matrices that are not run as tests, each with the reason. catalog.test.ts holds that every
// matrix is either here or a test. D numbers are FIX 4.2's, the others FIX 4.4's and 5.0's; a letter alone is a group.

/** A matrix that has no test, and why. */
interface NotApplicable {
  readonly id: string;
  readonly title: string;
  readonly reason: string;
}

export const NOT_APPLICABLE: readonly NotApplicable[] = [
  {
    id: "D18 (E.1.a)",
    title: "an order is given by telephone, and reported on as if it had been sent",
    reason:
      "No order of ours comes before the reports. An order that a venue works unasked is found by reconciliation, and ignored, observed, taken over or canceled as the account's policy says.",
  },
  {
    id: "D25",
    title: "a status request is answered with nothing done",
    reason:
      "A broker's custom for orders of which nothing is executed at the end of the day. A venue's answer to a query is its record of the order, and says the same by its quantities.",
  },
  {
    id: "D28 (H.1.b)",
    title: "a good-till order is part-filled, its stock is split 2:1, and it fills on the next day",
    reason:
      "Crypto instruments have no corporate actions. A quantity that a venue changes by itself is taken as in D20; executions of the past are never rewritten.",
  },
  {
    id: "D37 (L.1.a)",
    title: "an execution is guaranteed before it happens",
    reason: "There is no Stopped: no venue here guarantees an execution, and one counts when it has happened.",
  },
  {
    id: "K",
    title: "trading is halted, and orders are canceled, or kept and reinstated",
    reason:
      "There is no suspended order. A halt is seen by what it does to orders: the venue cancels one unasked (D19), or says nothing and the order rests.",
  },
];
