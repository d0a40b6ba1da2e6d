// What the suite of all venues is written with: the harness that an implementation brings, and one test's view of it.

import type { Decimal } from "../../domain/decimal.ts";
import type { ExecutionReport, FillReport } from "../../domain/execution-report.ts";
import type { AccountId, OrderId } from "../../domain/identifiers.ts";
import type { Instrument } from "../../domain/instrument.ts";
import type { Instant } from "../../domain/time.ts";
import type { CancelRequest, PlaceRequest, QueryResult, SendOutcome, Venue, VenueFill, VenueOrder } from "../venue.ts";
import { neverAborted } from "./orders.ts";
import { Recorder } from "./recorder.ts";

/** What the suite needs around a venue. One is made per test. */
export interface VenueHarness {
  readonly venue: Venue;
  readonly account: AccountId;
  /** A second account of the same venue. */
  readonly otherAccount: AccountId;
  readonly instrument: Instrument;
  now(): Instant;
  /** An order id that was never used at the venue. */
  nextOrderId(): OrderId;
  /** The terms of an order that rests until it is canceled or {@link VenueTraits.fillsResting} acts. */
  resting(): Partial<PlaceRequest>;
  /** The terms of an order that is wholly filled at once. */
  marketable(): Partial<PlaceRequest>;
  /** The terms of an order that the venue refuses, and the reason that it gives. */
  refused(): { readonly terms: Partial<PlaceRequest>; readonly reason: string };
  /** Lets exactly `quantity` of a resting order of {@link resting} be executed. */
  fillResting?(order: PlaceRequest, quantity: Decimal): void;
  /** Lets time pass until the condition holds; throws when it does not within a generous limit. */
  until(condition: () => boolean, what: string): Promise<void>;
  close(): Promise<void>;
}

/** What a venue is not able to do by its nature, so that the tests of it are left out. */
export interface VenueTraits {
  /** Resting orders can be filled, in parts, by the harness. */
  readonly fillsResting: boolean;
}

/** One test's view of a venue: sends, and keeps all that it hears. */
export class Desk extends Recorder {
  readonly harness: VenueHarness;

  private constructor(harness: VenueHarness) {
    super();
    this.harness = harness;
  }

  static async open(harness: VenueHarness): Promise<Desk> {
    const desk = new Desk(harness);
    await desk.answered(harness.venue.connect(desk));
    return desk;
  }

  get venue(): Venue {
    return this.harness.venue;
  }

  order(terms: Partial<PlaceRequest>): PlaceRequest {
    return {
      account: this.harness.account,
      orderId: this.harness.nextOrderId(),
      instrumentId: this.harness.instrument.id,
      side: "buy",
      orderType: "limit",
      timeInForce: "gtc",
      postOnly: false,
      reduceOnly: false,
      origin: "MANUAL",
      sendBy: this.harness.now() + 10_000,
      ...terms,
    };
  }

  restingOrder(): PlaceRequest {
    return this.order(this.harness.resting());
  }

  place(order: PlaceRequest): Promise<SendOutcome> {
    return this.answered(this.venue.place(order, neverAborted()));
  }

  cancel(order: CancelRequest): Promise<SendOutcome> {
    return this.answered(this.venue.cancel(idsOf(order), neverAborted()));
  }

  replace(
    order: CancelRequest,
    terms: { quantity?: Decimal; price?: Decimal; sendBy?: Instant },
  ): Promise<SendOutcome> {
    const sendBy = this.harness.now() + 10_000;
    return this.answered(this.venue.replace({ ...idsOf(order), sendBy, ...terms }, neverAborted()));
  }

  /** Winds the dead-man switch of the harness's account. */
  wind(timeoutMs: number): Promise<SendOutcome> {
    const answer = this.venue.windDeadMan?.({ account: this.harness.account, timeoutMs }, neverAborted());
    if (answer === undefined) throw new Error(`${this.venue.id} declares a dead-man switch and has none.`);
    return this.answered(answer);
  }

  query(order: CancelRequest): Promise<QueryResult<VenueOrder>> {
    return this.answered(this.venue.order(idsOf(order), neverAborted()));
  }

  async found(order: CancelRequest): Promise<VenueOrder> {
    return value(await this.query(order));
  }

  async openIds(account: AccountId): Promise<readonly string[]> {
    const orders = value(await this.answered(this.venue.openOrders(account, neverAborted())));
    return orders.map((order) => String(order.clientOrderId)).toSorted();
  }

  async fillsSince(cursor: string | undefined): Promise<readonly VenueFill[]> {
    return value(await this.answered(this.venue.fillsSince(this.harness.account, cursor, neverAborted())));
  }

  reportsOf(order: PlaceRequest): readonly ExecutionReport[] {
    return this.reports.filter((report) => report.orderId === order.orderId && report.account === order.account);
  }

  fillsOf(order: PlaceRequest): readonly FillReport[] {
    return this.reportsOf(order).filter((report): report is FillReport => report.kind === "fill");
  }

  hasEnded(order: PlaceRequest): boolean {
    return this.reportsOf(order).some(
      (report) => report.kind === "ended" || (report.kind === "fill" && report.ends === true),
    );
  }

  until(condition: () => boolean, what: string): Promise<void> {
    return this.harness.until(condition, what);
  }

  pass(ms: number): Promise<void> {
    const endsAt = this.harness.now() + ms;
    return this.until(() => this.harness.now() >= endsAt, `pause of ${ms} ms`);
  }

  async close(): Promise<void> {
    await this.harness.close();
  }

  /** Lets time pass until the venue has answered. */
  async answered<T>(answer: Promise<T>): Promise<T> {
    let hasAnswered = false;
    const note = (): void => {
      hasAnswered = true;
    };
    answer.then(note, note);
    await this.harness.until(() => hasAnswered, "an answer");
    return answer;
  }
}

export function idsOf(order: CancelRequest): CancelRequest {
  return { account: order.account, orderId: order.orderId, instrumentId: order.instrumentId };
}

/** The value as JSON has it: equal decimals may differ in scale, their texts do not. */
export function plain(of: unknown): unknown {
  return of === undefined ? undefined : JSON.parse(JSON.stringify(of));
}

function value<T>(result: QueryResult<T>): T {
  if (result.kind === "found") return result.value;
  throw new Error(`The query ended as ${result.kind}${result.kind === "failed" ? `: ${result.reason}` : ""}.`);
}
