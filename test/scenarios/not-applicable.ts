// Reports from the field (T-01 to T-112, S-01 to S-20) that say nothing about the core, each with the reason. One that
// comes to apply, because what it is about was built, moves from here into a test.

export const NOT_APPLICABLE: readonly { readonly id: string; readonly reason: string }[] = [
  {
    id: "T-68",
    reason:
      "A hedging strategy that has to collect parts too small to hedge. There is none here; positions, which such a strategy would read, are exact after every part (T-66).",
  },
  {
    id: "T-90",
    reason:
      "Signing requests with the venue's time, and asking for that time again, is the work of an adapter of a real venue, and there is none yet. What the core does with a refused timestamp is T-89.",
  },
  { id: "T-99", reason: "Known from an excerpt only, which does not say what went wrong." },
  { id: "T-112", reason: "Known from an excerpt only, about another client's stream." },
  { id: "S-01", reason: "The plan of a TWAP algorithm, which is not built yet." },
  {
    id: "S-02",
    reason:
      "The timing of a TWAP algorithm, which is not built yet. That minimum sizes are compared in their own units is T-65 and T-86.",
  },
  { id: "S-09", reason: "A trailing stop, which is not built yet. That a refused close takes no stop away is T-97." },
  { id: "S-10", reason: "The resume of a chase algorithm, which is not built yet." },
  {
    id: "S-11",
    reason: "The slices of an iceberg algorithm, which is not built yet. A quantity of 0 is refused (T-86).",
  },
  { id: "S-12", reason: "The end time of a TWAP algorithm, which is not built yet." },
];
