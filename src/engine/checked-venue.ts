// The engine's edge: a venue whose every word has been checked. All that the engine hears, on the stream or in
// answer, comes through here and can be relied on to be what its type says; the rest is in quarantine. Only a page of
// executions is read where it is booked, one by one: what cannot be read there holds the cursor back.

import type { ExecutionReport } from "../domain/execution-report.ts";
import type { AccountId, VenueId } from "../domain/identifiers.ts";
import type { Instrument } from "../domain/instrument.ts";
import type { Result } from "../domain/result.ts";
import type {
  CancelRequest,
  DeadManRequest,
  PlaceRequest,
  QueryResult,
  ReplaceRequest,
  SendOutcome,
  Venue,
  VenueCapabilities,
  VenueFill,
  VenueListener,
  VenueOrder,
} from "../venues/venue.ts";
import { readAnswer, readOutcome, readPositions, readVenueFill, readVenueOrder } from "./answer-check.ts";
import type { Quarantine, UnfitWords } from "./quarantine.ts";
import { readReport } from "./report-check.ts";
import { attempt, fieldsOf, readList } from "./venue-words.ts";

type Request = Partial<CancelRequest> & { readonly account: AccountId };
/** What words are about, as far as the engine knows without them. */
type About = Partial<Pick<UnfitWords, "account" | "order" | "unasked">>;

export class CheckedVenue implements Venue {
  readonly id: VenueId;
  readonly positions?: NonNullable<Venue["positions"]>;
  readonly windDeadMan?: NonNullable<Venue["windDeadMan"]>;
  readonly #venue: Venue;
  readonly #quarantine: Quarantine;

  constructor(venue: Venue, quarantine: Quarantine) {
    this.id = venue.id;
    this.#venue = venue;
    this.#quarantine = quarantine;
    if (venue.positions !== undefined)
      this.positions = async (account, signal) =>
        this.#answer({ account }, await venue.positions?.(account, signal), readPositions);
    if (venue.windDeadMan !== undefined)
      this.windDeadMan = async (request: DeadManRequest, signal) =>
        this.#outcome(request, await venue.windDeadMan?.(request, signal));
  }

  get capabilities(): VenueCapabilities {
    return this.#venue.capabilities;
  }

  instruments(): readonly Instrument[] {
    return this.#venue.instruments();
  }

  connect(listener: VenueListener): Promise<void> {
    return this.#venue.connect({
      report: (report) => this.#report(report, listener),
      connection: (state, reason) => listener.connection(state, reason),
      heartbeat: () => listener.heartbeat(),
      unreadable: (message) => {
        const reason = attempt(() => fieldsOf(message, "the message")["reason"]);
        this.#refuse(message, reason.ok ? (reason.value as string) : reason.error, { unasked: true });
      },
    });
  }

  async place(request: PlaceRequest, signal: AbortSignal): Promise<SendOutcome> {
    return this.#outcome(request, await this.#venue.place(request, signal));
  }

  async cancel(request: CancelRequest, signal: AbortSignal): Promise<SendOutcome> {
    return this.#outcome(request, await this.#venue.cancel(request, signal));
  }

  async replace(request: ReplaceRequest, signal: AbortSignal): Promise<SendOutcome> {
    return this.#outcome(request, await this.#venue.replace(request, signal));
  }

  async order(request: CancelRequest, signal: AbortSignal): Promise<QueryResult<VenueOrder>> {
    const { account } = request;
    const words = await this.#venue.order(request, signal);
    return this.#answer(this.#aboutRequest(request), words, (value) => this.#order(value, account));
  }

  /** One order that cannot be read never hides the others: absence from the list is no evidence anyway. */
  async openOrders(account: AccountId, signal: AbortSignal): Promise<QueryResult<readonly VenueOrder[]>> {
    return this.#answer({ account }, await this.#venue.openOrders(account, signal), (value) =>
      readList(value, "what was found").flatMap((each) => {
        const read = attempt(() => this.#order(each, account));
        if (read.ok) return [read.value];
        this.#refuse(each, read.error, { account });
        return [];
      }),
    );
  }

  /** The elements are of any type: {@link readFillOf} reads each. */
  async fillsSince(
    account: AccountId,
    cursor: string | undefined,
    signal: AbortSignal,
  ): Promise<QueryResult<readonly VenueFill[]>> {
    return this.#answer(
      { account },
      await this.#venue.fillsSince(account, cursor, signal),
      (value) => readList(value, "what was found") as readonly VenueFill[],
    );
  }

  close(): Promise<void> {
    return this.#venue.close();
  }

  #report(words: ExecutionReport, listener: VenueListener): void {
    const read = readReport(words, this.id);
    if (!read.ok) this.#refuse(words, read.error, { unasked: true });
    else if (this.#quarantine.hasAccount(this.id, read.value.account)) listener.report(read.value);
    else this.#refuse(words, `no account of ours trades here as ${read.value.account}`, { unasked: true });
  }

  #outcome(request: Request, words: unknown): SendOutcome {
    const read = readOutcome(words);
    if (read.ok) return read.value;
    this.#refuse(words, read.error, this.#aboutRequest(request));
    return { kind: "unknown", reason: `the answer is not believed: ${read.error}` };
  }

  #aboutRequest(request: Request): About {
    const { account } = request;
    const order = this.#quarantine.orderNamed(request);
    return order === undefined ? { account } : { account, order };
  }

  #answer<T>(about: About, words: unknown, readValue: (value: unknown) => T): QueryResult<T> {
    const read = readAnswer(words, readValue);
    if (!read.ok) {
      this.#refuse(words, read.error, about);
      return { kind: "failed", reason: `the answer is not believed: ${read.error}`, unreadable: true };
    }
    if (read.value.kind === "failed" && read.value.unreadable) this.#refuse(words, read.value.reason, about);
    return read.value;
  }

  #order(words: unknown, account: AccountId): VenueOrder {
    return readVenueOrder(words, account);
  }

  #refuse(words: unknown, reason: string, about: About): void {
    this.#quarantine.take({ unasked: false, ...about, venue: this.id, words, reason });
  }
}

/** Reads one execution of a page, and puts it into quarantine when it cannot be believed. */
export function readFillOf(
  quarantine: Quarantine,
  venue: VenueId,
  account: AccountId,
  words: unknown,
): VenueFill | undefined {
  const read: Result<VenueFill, string> = attempt(() => readVenueFill(words, account));
  if (read.ok) return read.value;
  quarantine.take({ venue, account, words, reason: read.error, unasked: false });
  return undefined;
}
