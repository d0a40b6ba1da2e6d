// A bad line to a venue: requests and replies that are lost or late, reports that are lost, late or doubled, and
// questions without an answer. What reaches the venue, it does; what it did, nobody may ever hear.

import type { ExecutionReport } from "../../domain/execution-report.ts";
import type { AccountId, OrderId } from "../../domain/identifiers.ts";
import type { Instrument } from "../../domain/instrument.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { Random } from "../../runtime/random.ts";
import type {
  CancelRequest,
  DeadManRequest,
  PlaceRequest,
  QueryResult,
  ReplaceRequest,
  SendOutcome,
  Venue,
  VenueFill,
  VenueListener,
  VenueOrder,
} from "../../venues/venue.ts";

export class FaultyVenue implements Venue {
  readonly id: Venue["id"];
  readonly capabilities: Venue["capabilities"];
  /** How often each order was put on the wire. */
  readonly placed = new Map<OrderId, number>();
  /** The chance of a fault, at each of many places. */
  faults = 0;
  /** The process that listens has died: nothing passes in either direction. */
  isCut = false;
  /** Nothing of the dead-man switch arrives; all else does. */
  losesWindings = false;
  readonly #venue: Venue;
  readonly #clock: Clock;
  readonly #random: Random;
  #listener: VenueListener | undefined;

  constructor(venue: Venue, clock: Clock, random: Random) {
    this.id = venue.id;
    this.capabilities = venue.capabilities;
    this.#venue = venue;
    this.#clock = clock;
    this.#random = random;
  }

  instruments(): readonly Instrument[] {
    return this.#venue.instruments();
  }

  async connect(listener: VenueListener): Promise<void> {
    this.#listener = listener;
    await this.#venue.connect({
      report: (report) => this.#relay(report),
      connection: (state, reason) => listener.connection(state, reason),
      heartbeat: () => listener.heartbeat(),
      unreadable: (message) => listener.unreadable(message),
    });
  }

  /** Cuts the stream and brings it back: reports in between are lost. */
  async flap(ms: number): Promise<void> {
    this.#listener?.connection("disconnected", "the line is down");
    const faults = this.faults;
    this.faults = 1;
    await this.#delay(ms);
    this.faults = faults;
    if (!this.isCut) this.#listener?.connection("connected", "the line is back");
  }

  async place(request: PlaceRequest, signal: AbortSignal): Promise<SendOutcome> {
    if (this.isCut) return new Promise(() => undefined);
    if (this.#happens(0.3)) return { kind: "notSent", reason: "no route" };
    this.placed.set(request.orderId, (this.placed.get(request.orderId) ?? 0) + 1);
    return this.#carry(() => this.#venue.place(request, signal));
  }

  async cancel(request: CancelRequest, signal: AbortSignal): Promise<SendOutcome> {
    return this.#carry(() => this.#venue.cancel(request, signal));
  }

  async replace(request: ReplaceRequest, signal: AbortSignal): Promise<SendOutcome> {
    return this.#carry(() => this.#venue.replace(request, signal));
  }

  async windDeadMan(request: DeadManRequest, signal: AbortSignal): Promise<SendOutcome> {
    if (this.losesWindings) return { kind: "unknown", reason: "lost on the way there" };
    const unable: SendOutcome = { kind: "notSent", reason: "the venue has no dead-man switch" };
    return this.#carry(async () => (await this.#venue.windDeadMan?.(request, signal)) ?? unable);
  }

  async order(request: CancelRequest, signal: AbortSignal): Promise<QueryResult<VenueOrder>> {
    return this.#ask(() => this.#venue.order(request, signal));
  }

  async openOrders(account: AccountId, signal: AbortSignal): Promise<QueryResult<readonly VenueOrder[]>> {
    return this.#ask(() => this.#venue.openOrders(account, signal));
  }

  async fillsSince(
    account: AccountId,
    cursor: string | undefined,
    signal: AbortSignal,
  ): Promise<QueryResult<readonly VenueFill[]>> {
    return this.#ask(() => this.#venue.fillsSince(account, cursor, signal));
  }

  async close(): Promise<void> {
    this.isCut = true;
  }

  async #carry(send: () => Promise<SendOutcome>): Promise<SendOutcome> {
    if (this.isCut) return new Promise(() => undefined);
    if (this.#happens(0.5)) return { kind: "unknown", reason: "lost on the way there" };
    if (this.#happens(0.5)) await this.#delay(this.#random.nextInteger(8_000));
    const outcome = await send();
    if (this.#happens(0.5)) return { kind: "unknown", reason: "lost on the way back" };
    if (this.#happens(0.5)) return new Promise(() => undefined);
    return outcome;
  }

  async #ask<T>(ask: () => Promise<QueryResult<T>>): Promise<QueryResult<T>> {
    if (this.isCut || this.#happens(1)) return { kind: "failed", reason: "no route" };
    const answer = await ask();
    // An answer may be as old as its way was long.
    if (this.#happens(0.5)) await this.#delay(this.#random.nextInteger(3_000));
    return answer;
  }

  #relay(report: ExecutionReport): void {
    if (this.isCut || this.#happens(1)) return;
    if (this.#happens(1)) void this.#later(report);
    if (!this.#happens(1)) this.#tell(report);
    else void this.#later(report);
  }

  async #later(report: ExecutionReport): Promise<void> {
    await this.#delay(this.#random.nextInteger(5_000));
    this.#tell(report);
  }

  #tell(report: ExecutionReport): void {
    if (!this.isCut) this.#listener?.report(report);
  }

  #happens(weight: number): boolean {
    return this.#random.next() < this.faults * weight;
  }

  #delay(ms: number): Promise<void> {
    return new Promise((resolve) => this.#clock.schedule(ms, resolve));
  }
}
