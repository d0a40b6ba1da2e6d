// The engine's links to its venues: connecting, catching up after each cut or silence, and what of it people
// see. A link is current when its stream is up and every account's books were compared since: only then do
// entries leave. What is compared, and how, is the reconciler's; what counts as silence is in stream-watch.ts.

import type { ExecutionReport } from "../domain/execution-report.ts";
import type { AccountId, InstrumentId, VenueId } from "../domain/identifiers.ts";
import type { Instrument } from "../domain/instrument.ts";
import type { CancelTimer, Clock } from "../runtime/clock.ts";
import type { Logger } from "../runtime/logger.ts";
import type { Random } from "../runtime/random.ts";
import type { Venue, VenueListener } from "../venues/venue.ts";
import { CircuitBreaker } from "./circuit-breaker.ts";
import { Egress, type EgressOwner } from "./egress.ts";
import type { VenueStatus } from "./engine-api.ts";
import { backoffMs, DEFAULT_BACKOFF } from "./retry.ts";
import type { EngineSettings } from "./settings.ts";
import { audible, StreamWatch } from "./stream-watch.ts";
import { TokenBuckets } from "./token-bucket.ts";

export interface VenueLinksOptions {
  readonly venues: readonly Venue[];
  readonly accounts: readonly { readonly id: string; readonly venue: string }[];
  readonly modes: ReadonlyMap<VenueId, VenueStatus["mode"]>;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly settings: EngineSettings;
  readonly owner: EgressOwner;
  readonly report: (report: ExecutionReport) => void;
  /** Compares an account's books. @returns whether every question had an answer; never rejects. */
  readonly compare: (account: AccountId, trigger: string) => Promise<boolean>;
  /** A venue can be reached, for the first time or again. */
  readonly connected: (venue: VenueId) => void;
  /** All links are current for the first time. */
  readonly ready: () => void;
}

export interface VenueLink {
  readonly venue: Venue;
  readonly egress: Egress;
  readonly breaker: CircuitBreaker;
  readonly buckets: TokenBuckets;
  readonly instruments: ReadonlyMap<InstrumentId, Instrument>;
  readonly isConnected: boolean;
  /** Connected, and the books were compared since. */
  readonly isCurrent: boolean;
  /** Treated as cut because its stream says nothing, though nobody has said that it is down. */
  readonly isSilent: boolean;
  /** Since when it is connected, or is not. */
  readonly since: number;
}

type MutableLink = { -readonly [K in keyof VenueLink]: VenueLink[K] } & {
  /** `connect` has succeeded once: from then on the adapter reconnects by itself. */
  isOpen: boolean;
  /** How often the stream was cut: a comparison during which that went up has a gap. */
  cuts: number;
  isCatchingUp: boolean;
  readonly watch: StreamWatch;
  cancelRetry: CancelTimer;
};

export class VenueLinks {
  readonly #options: VenueLinksOptions;
  readonly #links = new Map<VenueId, MutableLink>();
  #wasReady = false;
  #isClosed = false;

  constructor(options: VenueLinksOptions) {
    this.#options = options;
    for (const venue of options.venues) this.#links.set(venue.id, this.#makeLink(venue));
  }

  all(): Iterable<VenueLink> {
    return this.#links.values();
  }

  get(venue: VenueId): VenueLink | undefined {
    return this.#links.get(venue);
  }

  /** Connects and compares. Resolves after the first attempt; further ones follow until {@link VenueLinksOptions.ready}. */
  async start(): Promise<void> {
    for (const link of this.#links.values()) await this.#catchUp(link, "start", 1);
  }

  /** Tries nothing more; links stay as they are. */
  stop(): void {
    this.#isClosed = true;
    for (const link of this.#links.values()) {
      link.cancelRetry();
      link.watch.stop();
    }
  }

  /** Ends all sends: what was written and not answered is unknown. */
  async closeEgress(): Promise<void> {
    await Promise.all(Array.from(this.#links.values(), (link) => link.egress.close()));
  }

  /** Closes the venues, and waits for each no longer than the deadline. */
  async closeVenues(deadlineMs: number): Promise<void> {
    await Promise.all(Array.from(this.#links.values(), (link) => this.#closeVenue(link.venue, deadlineMs)));
  }

  status(lastReconciledAt: (venue: VenueId) => number | undefined): readonly VenueStatus[] {
    const nowMs = this.#options.clock.monotonicMs();
    return Array.from(this.#links.values(), ({ venue, isConnected, since, breaker, watch }) => {
      const reconciledAt = lastReconciledAt(venue.id);
      return {
        id: venue.id,
        mode: this.#options.modes.get(venue.id) ?? "paper",
        connected: isConnected,
        since,
        ...(watch.lastHeardAt === undefined ? {} : { lastHeardAt: watch.lastHeardAt }),
        circuit: breaker.stateAt(nowMs),
        ...(reconciledAt === undefined ? {} : { lastReconciledAt: reconciledAt }),
      };
    });
  }

  #makeLink(venue: Venue): MutableLink {
    const { clock, random, logger, settings, owner } = this.#options;
    const { count, windowMs, reservedForCancels } = settings.venueMessages;
    const breaker = new CircuitBreaker();
    const buckets = new TokenBuckets([{ count, windowMs, reserved: reservedForCancels }]);
    const link: MutableLink = {
      venue,
      breaker,
      buckets,
      egress: new Egress({ venue, clock, random, logger, settings, buckets, breaker, owner }),
      instruments: new Map(),
      isConnected: false,
      isCurrent: false,
      isSilent: false,
      since: clock.now(),
      isOpen: false,
      cuts: 0,
      isCatchingUp: false,
      cancelRetry: () => undefined,
      watch: new StreamWatch(clock, venue.capabilities.heartbeatMs, (forMs) => this.#fellSilent(link, forMs)),
    };
    return link;
  }

  /** What cannot be asked cannot be known: the link is current once every question had an answer. Never rejects. */
  async #catchUp(link: MutableLink, trigger: string, attempt: number): Promise<void> {
    if (this.#isClosed || link.isCatchingUp) return;
    link.isCatchingUp = true;
    const cuts = link.cuts;
    let complete = await this.#connect(link);
    for (const { id, venue } of this.#options.accounts) {
      if (venue === link.venue.id) complete = (await this.#options.compare(id as AccountId, trigger)) && complete;
    }
    link.isCatchingUp = false;
    if (this.#isClosed) return;
    if (complete && link.isConnected && link.cuts === cuts) this.#becameCurrent(link);
    // A cut link is caught up when its adapter has it back; anything else is tried again.
    else if (link.isConnected || !link.isOpen) this.#retry(link, trigger, attempt);
  }

  #becameCurrent(link: MutableLink): void {
    link.isCurrent = true;
    if (this.#wasReady || ![...this.#links.values()].every((each) => each.isCurrent)) return;
    this.#wasReady = true;
    this.#options.ready();
  }

  #retry(link: MutableLink, trigger: string, attempt: number): void {
    const { settings, clock, random } = this.#options;
    const backoff = { ...DEFAULT_BACKOFF, baseMs: settings.retryBaseMs, maxMs: settings.retryMaxMs };
    const again = (): void => void this.#catchUp(link, trigger, attempt + 1);
    link.cancelRetry();
    link.cancelRetry = clock.schedule(backoffMs(attempt, backoff, random), again);
  }

  async #connect(link: MutableLink): Promise<boolean> {
    if (link.isOpen) return link.isConnected;
    try {
      const listener: VenueListener = {
        report: (report) => this.#options.report(report),
        connection: (state, reason) => this.#connectionChanged(link, state === "connected", reason),
        heartbeat: () => undefined,
        unreadable: () => undefined, // in quarantine already
      };
      await link.venue.connect(audible(listener, () => this.#heard(link)));
    } catch (error) {
      this.#options.logger.warn({ venue: link.venue.id, error }, "a venue cannot be connected");
      return false;
    }
    link.isOpen = true;
    this.#noteConnected(link);
    return true;
  }

  #noteConnected(link: MutableLink): void {
    link.instruments = new Map(link.venue.instruments().map((instrument) => [instrument.id, instrument]));
    if (!link.isConnected) link.since = this.#options.clock.now();
    link.isConnected = true;
    link.isSilent = false;
    link.watch.heard();
    if (this.#isClosed) return;
    link.watch.start();
    this.#options.connected(link.venue.id);
  }

  #noteCut(link: MutableLink): void {
    link.cuts++;
    if (link.isConnected) link.since = this.#options.clock.now();
    link.isConnected = false;
    link.isCurrent = false;
    link.watch.stop();
  }

  /** Half open: nobody said that the stream is down, and nothing comes. Questions may still be answered, and are asked. */
  #fellSilent(link: MutableLink, silentForMs: number): void {
    this.#options.logger.warn({ venue: link.venue.id, silentForMs }, "a venue's stream is silent: taken as cut");
    this.#noteCut(link);
    link.isSilent = true;
    void this.#catchUp(link, "silence", 1);
  }

  /** What was said during the silence is lost: the link is current only once the books were compared anew. */
  #heard(link: MutableLink): void {
    link.watch.heard();
    if (!link.isSilent) return;
    this.#options.logger.info({ venue: link.venue.id }, "a venue's stream is heard again");
    this.#noteConnected(link);
    link.cancelRetry();
    void this.#catchUp(link, "silence", 1);
  }

  #connectionChanged(link: MutableLink, connected: boolean, reason: string): void {
    this.#options.logger.info({ venue: link.venue.id, connected, reason }, "venue connection changed");
    if (!connected) {
      this.#noteCut(link);
      link.isSilent = false;
      return;
    }
    const wasConnected = link.isConnected;
    this.#noteConnected(link);
    if (wasConnected || !link.isOpen) return; // before `connect` has ended, it is its caller who catches up
    link.cancelRetry();
    void this.#catchUp(link, this.#wasReady ? "reconnect" : "start", 1);
  }

  async #closeVenue(venue: Venue, deadlineMs: number): Promise<void> {
    const { clock, logger } = this.#options;
    await new Promise<void>((resolve) => {
      const cancelTimer = clock.schedule(deadlineMs, () => {
        logger.warn({ venue: venue.id, deadlineMs }, "a venue did not close in time");
        resolve();
      });
      const closed = async (): Promise<void> => {
        try {
          await venue.close();
        } catch (error) {
          logger.warn({ venue: venue.id, error }, "a venue did not close in good order");
        }
        cancelTimer();
        resolve();
      };
      void closed();
    });
  }
}
