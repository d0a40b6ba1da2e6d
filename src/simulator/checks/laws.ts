// The laws that hold at every instant, each named after its invariant in docs/internals/simulator.md. They see the
// bytes on disk, the writes to the wire and the exchange's own books; the engine's word counts for nothing here.

import { InvariantViolation } from "../../domain/assert.ts";
import { Decimal } from "../../domain/decimal.ts";
import { fillKey } from "../../domain/fill.ts";
import { type AccountId, decodeOrderId, type OrderId } from "../../domain/identifiers.ts";
import type { Order } from "../../domain/order.ts";
import { isTerminalStatus, type OrderStatus } from "../../domain/order-status.ts";
import type { RecordedEvent } from "../../domain/system-event.ts";
import { fillOf } from "../../engine/engine-state.ts";
import type { Journal } from "../../journal/journal.ts";
import type { VirtualClock } from "../../runtime/virtual-clock.ts";
import type { SendOutcome } from "../../venues/venue.ts";
import type { Coverage } from "../coverage.ts";
import type { Profile } from "../profile.ts";
import type { BookedOrder, ExchangeBooks } from "../venue/books.ts";
import type { SendKind, WriteWatch } from "../venue/sim-venue.ts";
import { Model, type SeenOrder } from "./model.ts";

/** A broken law: the run ends with it. */
export interface Violation {
  readonly law: string;
  readonly text: string;
}

export interface LawsOptions {
  readonly world: VirtualClock;
  readonly profile: Profile;
  readonly books: () => ExchangeBooks;
  readonly coverage: Coverage;
  readonly sendBudgetMs: number;
  readonly messages: { readonly count: number; readonly windowMs: number };
}

/** A process as the laws see it while it lives. */
export interface WatchedProcess {
  /** Its stream is up, as far as it was told. */
  isStreamUp: boolean;
  readonly wallOffsetMs: number;
  /** When its wall clock was last set, in the world's time. */
  lastJumpAt: number;
  /** The last event its subscribers heard. */
  heardSeq: number | undefined;
}

export class Laws {
  readonly model = new Model();
  readonly #options: LawsOptions;
  readonly #everWritten: number[] = [];
  /** Ids of orders that a person told to cancel whatever rests. */
  #mayCancelAnything = false;
  #violation: Violation | undefined;

  constructor(options: LawsOptions) {
    this.#options = options;
  }

  get violation(): Violation | undefined {
    return this.#violation;
  }

  /** Ends the run: the first broken law is the one to look at. */
  broken(law: string, text: string): void {
    this.#violation ??= { law, text };
  }

  /** Events have reached the disk. */
  synced(events: readonly RecordedEvent[], process: WatchedProcess): void {
    for (const event of events) {
      if (event.seq !== this.model.seq + 1)
        this.broken("I23 integrity", `event ${event.seq} follows ${this.model.seq}`);
      this.#beforeAdding(event);
      // What breaks a law need not be possible for the domain either, and the law's name says more than its throw.
      if (this.#violation !== undefined) return;
      if (event.type === "caseOpened") this.model.casesOpenedAt.set(event.caseId, event.at - process.wallOffsetMs);
      const added = this.#add(event);
      if (added === undefined) continue;
      this.#options.coverage.cell(event.type, added.before);
      this.#afterAdding(event, added.seen, added.before, process);
    }
  }

  /**
   * A start read the journal: all that was told as stored is there. What a kill kept from being told may be there too.
   *
   * @returns the events that are news.
   */
  recovered(journal: Journal, process: WatchedProcess): readonly RecordedEvent[] {
    const { position } = journal;
    if (position < this.model.seq) {
      const text = `the disk ends at ${position}, and ${this.model.seq} were told as stored`;
      this.broken("I17 acknowledged means durable", text);
      return [];
    }
    // The budget is one life's: a process cannot know what an earlier one sent within the last second.
    this.#everWritten.length = 0;
    const news = [...journal.read(this.model.seq)];
    this.synced(news, process);
    return news;
  }

  /** A subscriber heard an event. */
  heard(event: RecordedEvent, process: WatchedProcess): void {
    const { heardSeq } = process;
    if (heardSeq !== undefined && event.seq !== heardSeq + 1)
      this.broken("I34 ordering", `a subscriber heard ${event.seq} after ${heardSeq}`);
    if (event.seq > this.model.seq)
      this.broken("I17 acknowledged means durable", `event ${event.seq} was told and is not on disk`);
    process.heardSeq = event.seq;
  }

  /** A caller was told that an order is taken. */
  acknowledged(orderId: OrderId): void {
    if (!this.model.orders.has(orderId))
      this.broken("I17 acknowledged means durable", `${orderId} was taken and is not on disk`);
  }

  /** A caller repeated a command. */
  repeated(first: OrderId, second: OrderId): void {
    if (first !== second)
      this.broken("I18 idempotent commands", `one client order id gave ${first} and then ${second}`);
  }

  mayCancelAnything(): void {
    this.#mayCancelAnything = true;
  }

  /** The engine's own positions, against the sum of fills on disk. */
  positionShown(account: string, instrument: string, quantity: Decimal): void {
    const summed = this.model.position(account, instrument);
    if (!summed.eq(quantity))
      this.broken("I15 position is the sum of fills", `${account} ${instrument}: ${quantity} shown, ${summed} booked`);
  }

  watchOf(process: WatchedProcess): WriteWatch {
    return {
      written: (kind, account, orderId) => this.#written(kind, account, orderId, process),
      answered: (kind, orderId, outcome) => this.#answered(kind, orderId, outcome),
    };
  }

  /** The exchange has a new order of a member. */
  placed(order: BookedOrder): void {
    const seen = order.clientId === undefined ? undefined : this.model.orders.get(order.clientId as OrderId);
    if (seen?.provenAbsent === true)
      this.broken(
        "I10 absence is proven",
        `${order.clientId} reached the venue after it was concluded that it never would`,
      );
    if (order.clientId === undefined || seen === undefined) return;
    const named = this.#options.books().named(order.account, order.clientId);
    const alive = named.filter((each) => each.status !== "rejected").length;
    if (alive > 1) this.broken("I1 one live attempt", `${order.clientId} is ${alive} orders at the venue`);
  }

  /** What is on disk must fold, or no later start can read it. */
  #add(event: RecordedEvent): ReturnType<Model["add"]> {
    try {
      return this.model.add(event);
    } catch (error) {
      if (!(error instanceof InvariantViolation)) throw error;
      this.broken("I24 replay", `event ${event.seq} is on disk and cannot be folded: ${error.message}`);
      return undefined;
    }
  }

  #beforeAdding(event: RecordedEvent): void {
    const { orders, epoch } = this.model;
    if (event.type === "epochStarted" && event.epoch <= epoch)
      this.broken("I30 one writer", `epoch ${event.epoch} began after ${epoch}`);
    if (event.type === "orderCreated") {
      if (orders.has(event.orderId)) this.broken("I3 ids are unique", `${event.orderId} was created twice`);
      if (decodeOrderId(event.orderId)?.epoch !== epoch)
        this.broken("I3 ids are unique", `${event.orderId} does not belong to epoch ${epoch}`);
    }
    const seen = "orderId" in event && event.orderId !== undefined ? orders.get(event.orderId) : undefined;
    if (seen === undefined) return;
    this.#terminalStays(event, seen);
    const fill = fillOf(event as Parameters<typeof fillOf>[0]);
    if (fill !== undefined && event.type !== "fillCorrected" && seen.fills.has(fillKey(fill)))
      this.broken("I4 fills count once", `${fillKey(fill)} of ${seen.order.id} was booked twice`);
  }

  #terminalStays(event: RecordedEvent, { order }: SeenOrder): void {
    if (!order.isTerminal || order.inferred || order.status === "failed") return;
    if (!MAY_FOLLOW_AN_END.has(event.type))
      this.broken("I7 a confirmed end is final", `${event.type} on ${order.id}, which was ${order.status}`);
  }

  #afterAdding(event: RecordedEvent, seen: SeenOrder, before: OrderStatus, process: WatchedProcess): void {
    const { order } = seen;
    if (event.type === "orderSubmitted" && event.implied !== true) {
      seen.submittedAt = event.at - process.wallOffsetMs;
      this.#risk(seen);
    }
    if (event.type === "replaceRequested" && order.effectiveQuantity?.eq(order.quantity ?? Decimal.zero) === false)
      this.#risk(seen);
    const summed = [...seen.fills.values()].reduce((sum, fill) => sum.add(fill.quantity), Decimal.zero);
    if (!summed.eq(order.cumulativeQuantity))
      this.broken(
        "I13 quantities add up",
        `${order.id}: fills make ${summed}, the order says ${order.cumulativeQuantity}`,
      );
    if (order.leavesQuantity?.isNegative() === true || (order.isTerminal && order.leavesQuantity?.isZero() === false))
      this.broken("I12 leaves", `${order.id} is ${order.status} and leaves ${order.leavesQuantity}`);
    if (!isTerminalStatus(before) && order.isTerminal) this.#ended(event, seen);
  }

  /** What an end claims about the venue must be so. */
  #ended(event: RecordedEvent, seen: SeenOrder): void {
    const { order } = seen;
    if (event.cause.startsWith("operator:")) {
      seen.decidedByPerson = true;
      return;
    }
    const theirs = this.#atVenue(order.account, order.id, order.origin === "EXTERNAL" ? order.venueOrderId : undefined);
    const claimsAbsence =
      event.type === "orderFailed" || (event.type === "orderExpired" && event.reason === "notPlaced");
    if (claimsAbsence && seen.writes > 0) {
      seen.provenAbsent = true;
      if (theirs.some((each) => each.status !== "rejected"))
        this.broken("I10 absence is proven", `${order.id} was concluded never to have arrived, and the venue has it`);
    } else if (theirs.some((each) => each.status === "working")) {
      this.broken("I10 an end is true", `${order.id} ended as ${order.status} (${event.type}), and works at the venue`);
    }
  }

  #atVenue(account: string, orderId: string, venueOrderId: string | undefined): readonly BookedOrder[] {
    const books = this.#options.books();
    const found = venueOrderId === undefined ? undefined : books.byVenueId(venueOrderId);
    return found === undefined ? books.named(account, orderId) : [found];
  }

  /** The limits for entries hold with everything that is open, unknown or asked for counted at its worst. */
  #risk({ order }: SeenOrder): void {
    const { maxPosition, maxOpenOrders } = this.#options.profile;
    const open = this.model.openOrders(order.account);
    // Whether an order sized in the quote asset only reduces is a matter of prices: left to the engine.
    if (order.reduceOnly || order.effectiveQuantity === undefined || this.#onlyReduces(order, open)) return;
    if (maxOpenOrders !== undefined && open.size > maxOpenOrders && order.status === "submitted")
      this.broken("I25 limits", `${open.size} open orders of ${order.account}, and ${maxOpenOrders} are allowed`);
    if (maxPosition === undefined) return;
    const worst = this.#worst(order, open);
    if (worst.gt(Decimal.fromInteger(maxPosition)))
      this.broken("I25 limits", `${order.id} may take ${order.account} to ${worst}, and ${maxPosition} is allowed`);
  }

  /** The position in the order's direction, if all that is open on its side were executed. */
  #worst(order: Order, open: ReadonlySet<SeenOrder>): Decimal {
    const held = this.model.position(order.account, order.instrumentId);
    let worst = order.side === "sell" ? held.neg() : held;
    for (const { order: other } of open) {
      const asked = other.effectiveQuantity;
      if (other.side !== order.side || other.instrumentId !== order.instrumentId || asked === undefined) continue;
      const leaves = asked.sub(other.cumulativeQuantity);
      if (leaves.isPositive()) worst = worst.add(leaves);
    }
    return worst;
  }

  #onlyReduces(order: Order, open: ReadonlySet<SeenOrder>): boolean {
    return !this.#worst(order, open).isPositive();
  }

  #written(kind: SendKind, account: AccountId, orderId: OrderId, process: WatchedProcess): void {
    this.#withinBudget();
    const seen = this.model.known(account, orderId);
    if (kind === "cancel") {
      this.#mayCancel(account, orderId, seen);
      return;
    }
    if (seen === undefined) {
      this.broken("I2 write-ahead send", `${kind} of ${orderId} was written, and no intent is on disk`);
      return;
    }
    const { order } = seen;
    if (this.model.isHalted || this.model.haltedAccounts.has(order.account))
      this.broken("I19 nothing is sent after a kill", `${kind} of ${orderId} was written while halted`);
    if (!process.isStreamUp && !order.reduceOnly)
      this.broken("I20 freshness", `${kind} of ${orderId} was written while the stream was cut`);
    if (kind === "replace") {
      if (order.pendingReplace === undefined)
        this.broken("I2 write-ahead send", `a replace of ${orderId} has no intent on disk`);
      return;
    }
    if (seen.writes > 0 && !seen.lastWriteWasNotTaken)
      this.broken("I1 one live attempt", `${orderId} was sent again though an earlier attempt may have arrived`);
    seen.writes++;
    seen.lastWriteWasNotTaken = false;
    this.#inTime(seen, process);
  }

  #answered(kind: SendKind, orderId: OrderId, outcome: SendOutcome): void {
    const seen = this.model.orders.get(orderId);
    if (seen !== undefined) this.#options.coverage.outcome(kind, outcome, seen.order.status);
    if (kind !== "place" || seen === undefined) return;
    const mayRepeat = outcome.kind === "rejected" && outcome.retryAfterMs !== undefined;
    if (outcome.kind === "notSent" || mayRepeat) seen.lastWriteWasNotTaken = true;
  }

  #inTime({ submittedAt, order }: SeenOrder, process: WatchedProcess): void {
    const { world, sendBudgetMs } = this.#options;
    if (submittedAt === undefined || process.lastJumpAt >= submittedAt) {
      if (submittedAt === undefined)
        this.broken("I2 write-ahead send", `${order.id} was written, and was never submitted`);
      return;
    }
    if (world.now() > submittedAt + sendBudgetMs)
      this.broken("I2 nothing leaves late", `${order.id} left ${world.now() - submittedAt} ms after its intent`);
  }

  #mayCancel(account: string, orderId: string, seen: SeenOrder | undefined): void {
    if (seen !== undefined || this.#mayCancelAnything) return;
    const { orphanPolicy } = this.#options.profile;
    if (orphanPolicy === "cancel" || orphanPolicy === "adopt") return;
    if (decodeOrderId(orderId) === undefined)
      this.broken(
        "I26 foreign orders are left alone",
        `${orderId} of ${account} is not ours, and its cancel was written`,
      );
  }

  #withinBudget(): void {
    const { world, messages } = this.#options;
    const now = world.now();
    this.#everWritten.push(now);
    while ((this.#everWritten[0] ?? now) <= now - messages.windowMs) this.#everWritten.shift();
    if (this.#everWritten.length > messages.count)
      this.broken("I28 message budget", `${this.#everWritten.length} messages within ${messages.windowMs} ms`);
  }
}

const MAY_FOLLOW_AN_END: ReadonlySet<RecordedEvent["type"]> = new Set([
  "fillBooked",
  "fillReversed",
  "fillCorrected",
  "discrepancyFound",
  "orderReinstated",
  "orderFilled",
  "orderCanceled",
  "orderExpired",
  "orderRejected",
]);
