// Which of the scenarios T-01 to T-63 concern something that is not in the core, each with the reason.

/** Empty: each of them is a test in unknown-outcomes, lost-and-stuck or streams. */
export const NOT_APPLICABLE: readonly { readonly id: string; readonly reason: string }[] = [];
