// The engine's times and sizes, with their defaults. Limits of risk are per account, in risk/.

/** Times in milliseconds; a desk may change any of {@link DEFAULT_SETTINGS}. */
export interface EngineSettings {
  /** 3 alphanumerics at the head of every order id. */
  readonly orderIdPrefix: string;
  /** How long the venue may take to answer a place or a replace. */
  readonly placeTimeoutMs: number;
  readonly cancelTimeoutMs: number;
  readonly queryTimeoutMs: number;
  /** After this long an intent may not leave any more, and the venue must discard it. */
  readonly sendBudgetMs: number;
  /** Attempts of a send that was certainly not made. */
  readonly sendTries: number;
  readonly retryBaseMs: number;
  readonly retryMaxMs: number;
  /** Orders that may wait for the disk and the wire at once. */
  readonly intakeLimit: number;
  /** Ended orders in memory: at most this many … */
  readonly keepLast: number;
  /** … and none that ended longer ago. */
  readonly keepForMs: number;
  /** How long after an unknown outcome the venue is asked first. */
  readonly unknownGraceMs: number;
  /** Between two questions about one unknown order, at most. */
  readonly unknownRetryMaxMs: number;
  /** What is unknown, or asked for and not done, for this long goes into the operator queue. */
  readonly escalateAfterMs: number;
  /** Between two periodic reconciliations; 0 switches them off. */
  readonly reconcileEveryMs: number;
  readonly staleCheckEveryMs: number;
  /** A snapshot is written after this many events. */
  readonly snapshotEveryEvents: number;
  /** The venue's messages: `count` per `windowMs`, with a share reserved for cancels. */
  readonly venueMessages: { readonly count: number; readonly windowMs: number; readonly reservedForCancels: number };
}

/** What an engine does unless told otherwise. */
export const DEFAULT_SETTINGS: EngineSettings = {
  orderIdPrefix: "OWR",
  placeTimeoutMs: 10_000,
  cancelTimeoutMs: 5_000,
  queryTimeoutMs: 5_000,
  sendBudgetMs: 5_000,
  sendTries: 3,
  retryBaseMs: 100,
  retryMaxMs: 5_000,
  intakeLimit: 1_000,
  keepLast: 10_000,
  keepForMs: 24 * 3_600_000,
  unknownGraceMs: 250,
  unknownRetryMaxMs: 10_000,
  escalateAfterMs: 60_000,
  reconcileEveryMs: 30_000,
  staleCheckEveryMs: 1_000,
  snapshotEveryEvents: 50_000,
  venueMessages: { count: 1_000, windowMs: 1_000, reservedForCancels: 200 },
};
