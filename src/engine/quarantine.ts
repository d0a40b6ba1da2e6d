// Keeps what a venue said and nobody can believe: the payload as it came goes into the journal, a case before a
// person, and the venue is asked for the truth. Nothing else changes. What is unfit is decided in report-check.ts,
// answer-check.ts and outcomes.ts.
//
// The bound: of one venue at most 60 payloads an hour are journaled, of 4,096 characters each (35 MB a day if every
// one of them takes six bytes), and the same payload for the same reason only once. What is beyond is counted and logged.

import type { AccountId, InstrumentId, OrderId, VenueId, VenueOrderId } from "../domain/identifiers.ts";
import type { Order } from "../domain/order.ts";
import type { Cause } from "../domain/order-event.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Logger } from "../runtime/logger.ts";
import type { CaseSubject, Cases } from "./cases.ts";
import { RateWindow } from "./rate-window.ts";
import type { Recorder } from "./recorder.ts";
import { MAX_RAW_LENGTH, showRaw } from "./show-raw.ts";
import { attempt, fieldsOf, readId, readText } from "./venue-words.ts";

const JOURNALED_AT_MOST = { count: 60, windowMs: 3_600_000 };
/** Payloads of which is remembered that they are journaled; the oldest are forgotten first. */
const REMEMBERED = 256;
const MAX_REASON_LENGTH = 256;

/** What is put into quarantine, as far as it can be named. */
export interface UnfitWords {
  readonly venue: VenueId;
  /** The order that it is about, where the caller knows; else it is looked for among the names in `words`. */
  readonly order?: Order;
  readonly account?: AccountId;
  readonly reason: string;
  /** The words themselves, of any type. */
  readonly words: unknown;
  /** Nobody asked for the words, so that the venue is asked now. What answers a question is asked again by whoever asked. */
  readonly unasked: boolean;
}

export interface QuarantineOptions {
  readonly recorder: Recorder;
  readonly cases: Cases;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Runs what must not throw into an adapter. */
  readonly guarded: (work: () => void) => void;
  /** Asks the venue about an order. */
  readonly ask: (order: Order) => void;
  /** Reads an account's fills. */
  readonly suspect: (account: AccountId) => void;
}

export class Quarantine {
  readonly #options: QuarantineOptions;
  readonly #windows = new Map<VenueId, RateWindow>();
  readonly #journaled = new Set<string>();
  #notJournaled = 0;

  constructor(options: QuarantineOptions) {
    this.#options = options;
  }

  /** How often words were only counted: repeated, or beyond what may be journaled in an hour. */
  get notJournaled(): number {
    return this.#notJournaled;
  }

  /** Never throws: what cannot be recorded any more has ended the engine already. */
  take(unfit: UnfitWords): void {
    this.#options.guarded(() => this.#take(unfit));
  }

  #take(unfit: UnfitWords): void {
    const { venue } = unfit;
    const reason = readableReason(unfit.reason);
    const names = namesIn(unfit.words);
    const order = unfit.order ?? this.orderNamed(names);
    const named = unfit.account ?? names.account;
    const account = order?.account ?? (named !== undefined && this.hasAccount(venue, named) ? named : undefined);
    const subject: CaseSubject = {
      ...(account === undefined ? {} : { account }),
      ...(order === undefined ? {} : { about: order.id }),
    };
    const cause: Cause = `report:${venue}`;
    this.#journal(unfit, reason, subject, cause);
    const what = order === undefined ? "something" : `something about ${order.id}`;
    this.#options.cases.open("quarantined", subject, `${venue} said ${what} that is not believed: ${reason}.`, cause);
    if (!unfit.unasked) return;
    if (order?.isActive === true) this.#options.ask(order);
    else if (account !== undefined) this.#options.suspect(account);
  }

  /** Finds in memory alone: garbage at full speed must not become reads of the journal. */
  orderNamed({ account, orderId, venueOrderId, instrumentId }: Names): Order | undefined {
    const { index } = this.#options.recorder.state;
    const byOurs = orderId === undefined ? undefined : index.get(orderId);
    if (byOurs !== undefined || account === undefined || venueOrderId === undefined) return byOurs;
    return index.byVenueOrderId(account, venueOrderId, instrumentId);
  }

  /** Whether an account of ours trades on the venue. */
  hasAccount(venue: VenueId, account: AccountId): boolean {
    return this.#options.recorder.state.accounts.get(account)?.venue === venue;
  }

  #journal({ venue, words }: UnfitWords, reason: string, subject: CaseSubject, cause: Cause): void {
    const { recorder, clock, logger } = this.#options;
    const raw = rawOf(words);
    if (!this.#mayJournal(venue, `${venue}\n${reason}\n${raw}`)) {
      this.#notJournaled++;
      // At powers of two: a flood must not fill the log either.
      if (Number.isInteger(Math.log2(this.#notJournaled)))
        logger.warn({ venue, reason, count: this.#notJournaled }, "words of a venue are only counted");
      return;
    }
    logger.warn({ venue, reason, ...subject }, "words of a venue are in quarantine");
    recorder.record([{ type: "reportQuarantined", venue, reason, raw, ...subject, at: clock.now(), cause }]);
  }

  #mayJournal(venue: VenueId, key: string): boolean {
    const nowMs = this.#options.clock.monotonicMs();
    if (this.#journaled.has(key)) return false;
    const window = this.#windows.get(venue) ?? new RateWindow(JOURNALED_AT_MOST);
    this.#windows.set(venue, window);
    if (window.freeInMs(nowMs, JOURNALED_AT_MOST.count) > 0) return false;
    window.record(nowMs);
    this.#journaled.add(key);
    const [oldest] = this.#journaled;
    if (this.#journaled.size > REMEMBERED && oldest !== undefined) this.#journaled.delete(oldest);
    return true;
  }
}

/** The names by which words may mean an order of ours. */
interface Names {
  readonly account?: AccountId | undefined;
  readonly orderId?: OrderId | undefined;
  readonly venueOrderId?: VenueOrderId | undefined;
  readonly instrumentId?: InstrumentId | undefined;
}

/** What can be read of the names in words that as a whole cannot be read: in our vocabulary, an adapter's fault aside. */
function namesIn(words: unknown): Names {
  const name = (key: string): string | undefined => {
    const read = attempt(() => readId(fieldsOf(words, key)[key], key));
    return read.ok ? read.value : undefined;
  };
  return {
    account: name("account") as AccountId | undefined,
    orderId: (name("orderId") ?? name("clientOrderId")) as OrderId | undefined,
    venueOrderId: name("venueOrderId") as VenueOrderId | undefined,
  };
}

/** The payload as the venue sent it, where the adapter kept that; else the words as they can be shown. */
function rawOf(words: unknown): string {
  const kept = attempt(() => readText(fieldsOf(words, "it")["raw"], "raw", MAX_RAW_LENGTH));
  return kept.ok && kept.value !== "" ? kept.value : showRaw(words);
}

function readableReason(reason: unknown): string {
  const read = attempt(() => readText(reason, "reason", MAX_REASON_LENGTH));
  return read.ok ? read.value : "its adapter cannot read it";
}
