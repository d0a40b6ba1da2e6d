// Puts the engine's parts together and lets them reach each other: who hears whose outcomes, who asks whom.
// Nothing is decided here; what callers see is in engine.ts.

import { OrderwrightError, orderwrightError } from "../domain/errors.ts";
import type { AccountId, InstrumentId } from "../domain/identifiers.ts";
import type { Instrument } from "../domain/instrument.ts";
import type { Order } from "../domain/order.ts";
import { fail, type Result } from "../domain/result.ts";
import type { SendOutcome, Venue } from "../venues/venue.ts";
import { Cases } from "./cases.ts";
import { CheckedVenue, readFillOf } from "./checked-venue.ts";
import { DeadMan } from "./dead-man.ts";
import { Desk } from "./desk.ts";
import type { CommandContext } from "./engine-api.ts";
import type { EngineConfig } from "./engine-config.ts";
import { Escalation } from "./escalation.ts";
import { gate } from "./gate.ts";
import { IntentTimes } from "./intent-times.ts";
import { OrderCommands } from "./order-commands.ts";
import type { OrderFinder } from "./order-finder.ts";
import { OrderIds } from "./order-ids.ts";
import { Orphans } from "./orphans.ts";
import { Outcomes } from "./outcomes.ts";
import { Quarantine } from "./quarantine.ts";
import { Reconciler } from "./reconciler.ts";
import { asFault, type Recorder } from "./recorder.ts";
import type { Recovered } from "./recovery.ts";
import { RiskDesk } from "./risk/risk-desk.ts";
import { Schedule } from "./schedule.ts";
import { accountOf, type Refusal, type SendJob } from "./send-job.ts";
import { UnmatchedReports } from "./unmatched-reports.ts";
import { type VenueLink, VenueLinks } from "./venue-links.ts";

export class EngineParts {
  readonly cases: Cases;
  readonly commands: OrderCommands;
  readonly deadMan: DeadMan;
  readonly desk: Desk;
  readonly escalation: Escalation;
  readonly finder: OrderFinder;
  readonly intents: IntentTimes;
  readonly links: VenueLinks;
  readonly quarantine: Quarantine;
  readonly reconciler: Reconciler;
  readonly schedule: Schedule;
  readonly unmatched: UnmatchedReports;
  /** The accounts of the configuration; the journal may know others, whose venues cannot be asked. */
  readonly accounts: ReadonlySet<string>;
  readonly #config: EngineConfig;
  readonly #recorder: Recorder;
  readonly #outcomes: Outcomes;

  constructor(config: EngineConfig, recovered: Recovered, engine: { readonly ready: () => void }) {
    const { clock, random, logger } = config;
    const { recorder, finder, settings } = recovered;
    this.#config = config;
    this.#recorder = recorder;
    this.finder = finder;
    this.accounts = new Set(config.accounts.map((account) => account.id));
    const ids = new OrderIds(settings.orderIdPrefix, recorder.state.epoch);
    const intents = new IntentTimes(clock);
    this.intents = intents;
    const venueOf = (account: AccountId): Venue => this.linkOf(account).venue;
    const egressOf = (account: AccountId): VenueLink["egress"] => this.linkOf(account).egress;
    const instrumentOf = (account: AccountId, id: InstrumentId): Instrument | undefined =>
      this.linkOf(account).instruments.get(id);
    const shared = { recorder, finder, clock, random, logger, settings, ids, intents, venueOf, egressOf, instrumentOf };
    const { accounts } = this;

    this.cases = new Cases({
      ...shared,
      forgottenOrders: (account) => this.reconciler.forgottenOrders(account),
    });
    this.escalation = new Escalation({
      ...shared,
      cases: this.cases,
      accounts,
      venueTotal: (order) => this.reconciler.venueTotal(order),
      fillsMissing: (order) => this.reconciler.fillsMissing(order),
      guarded: (work) => this.#guarded(work),
    });
    const riskDesk = new RiskDesk({ state: () => recorder.state, clock, prices: config.prices, instrumentOf });
    riskDesk.recall();
    const { defaultAccount } = recovered;
    this.commands = new OrderCommands({ ...shared, riskDesk, accounts, defaultAccount });
    const policies = new Map(config.accounts.map((account) => [account.id, account.orphanPolicy]));
    const orphans = new Orphans({
      ...shared,
      policyOf: (account) => policies.get(account) ?? "observe",
      // A report may name any account at all.
      suspect: (account, reason) => {
        if (accounts.has(account)) this.reconciler.suspect(account, reason);
      },
    });
    this.unmatched = new UnmatchedReports({
      clock,
      holdMs: settings.unknownGraceMs,
      holdAtMostMs: settings.placeTimeoutMs + settings.unknownGraceMs,
      isSubmitUnanswered: (account) => hasSubmitted(recorder, account),
      match: (report) => this.#guarded(() => this.#outcomes.match(report, `report:${report.venue}`)) !== false,
      apply: (order, report) => void this.#guarded(() => this.#outcomes.apply(order, report, `report:${report.venue}`)),
      foreign: (report) => orphans.foreignReport(report),
    });
    this.quarantine = new Quarantine({
      ...shared,
      cases: this.cases,
      guarded: (work) => this.#guarded(work),
      ask: (order) => this.reconciler.resolve(order),
      suspect: (account) => this.reconciler.suspect(account, "quarantine"),
    });
    this.#outcomes = new Outcomes({
      ...shared,
      followUps: {
        resolve: (order) => this.reconciler.resolve(order),
        fillsMissing: (order, report) => this.reconciler.fillsMissing(order, report),
        atVenue: (order) => this.commands.sendCancel(order),
        cancelUnheard: (order) => this.commands.cancelUnheard(order),
        unmatched: (report) => this.unmatched.take(report),
        named: (order, venueOrderId) => this.unmatched.named(order, venueOrderId),
        unfit: (report, order, reason) =>
          this.quarantine.take({ venue: report.venue, order, words: report, reason, unasked: true }),
      },
    });
    this.deadMan = new DeadMan({
      ...shared,
      accounts: config.accounts,
      openOrders: (account) => recorder.state.index.openOrdersOfAccount(account).size,
      mayHaveFired: (account) => void this.#compare(account, "deadMan"),
    });
    this.links = this.#makeLinks(recovered, engine.ready);
    this.reconciler = new Reconciler({
      ...shared,
      orphans,
      cases: this.cases,
      outcomes: this.#outcomes,
      isCurrent: (account) => this.linkOf(account).isCurrent,
      readFill: (account, words) => readFillOf(this.quarantine, venueOf(account).id, account, words),
      admit: (account) => this.linkOf(account).buckets.tryTake("cancel", clock.monotonicMs()),
      repeatCancel: (order) => this.commands.repeatCancel(order),
    });
    this.desk = new Desk({
      ...shared,
      accounts,
      isListed: (account, id) => accounts.has(account) && instrumentOf(account, id) !== undefined,
      cancel: (order, context) => this.#cancel(order, context),
      cancelStrangers: (account) => this.reconciler.cancelStrangers(account),
    });
    this.schedule = new Schedule({
      ...shared,
      accounts: config.accounts,
      snapshotSeq: recovered.snapshotSeq,
      cancel: (order) => void this.#cancel(order, { by: "engine", reason: "stale" }),
      reconcile: (account) => {
        if (!this.reconciler.isRunning(account)) void this.#compare(account, "periodic");
      },
    });
  }

  /** @throws {OrderwrightError} `config.invalid` for an account whose venue is not configured. */
  linkOf(account: AccountId): VenueLink {
    const { venue } = this.#recorder.state.account(account);
    const link = this.links.get(venue);
    if (link !== undefined) return link;
    throw orderwrightError("config.invalid", `Account ${account} trades on ${venue}, which is not configured.`);
  }

  sendsUnderWay(): number {
    let count = 0;
    for (const link of this.links.all()) count += link.egress.underWay;
    return count;
  }

  #makeLinks(recovered: Recovered, ready: () => void): VenueLinks {
    const { clock, venues, accounts, modes, random, logger } = this.#config;
    const { recorder, settings } = recovered;
    return new VenueLinks({
      venues: venues.map((venue) => new CheckedVenue(venue, this.quarantine)),
      accounts,
      modes: modes ?? new Map(),
      clock,
      random,
      logger,
      settings,
      ready,
      owner: {
        mayLeave: (job) => {
          const { isCurrent, isSilent } = this.linkOf(accountOf(job));
          return gate(job, { recorder, now: clock.now(), nowMs: clock.monotonicMs(), isCurrent, isSilent });
        },
        outcome: (job, outcome) => this.#guarded(() => this.#outcome(job, outcome)),
        refused: (job, refusal) => this.#guarded(() => this.#refused(job, refusal)),
      },
      report: (report) => this.#guarded(() => this.#outcomes.report(report, `report:${report.venue}`)),
      compare: (account, trigger) => this.#compare(account, trigger),
      connected: (venue) => this.deadMan.connected(venue),
    });
  }

  #outcome(job: SendJob, outcome: SendOutcome): void {
    if (job.kind !== "windDeadMan") this.#outcomes.outcome(job, outcome);
    else if (outcome.kind === "accepted") this.deadMan.ended(job, { kind: "confirmed" });
    else this.deadMan.ended(job, { kind: outcome.kind === "unknown" ? "unknown" : "unheard", reason: outcome.reason });
  }

  #refused(job: SendJob, refusal: Refusal): void {
    if (job.kind === "windDeadMan") this.deadMan.ended(job, { kind: "unheard", reason: refusal.reason });
    else this.#outcomes.refused(job, refusal);
  }

  #cancel(order: Order, context: CommandContext): Result<Order, OrderwrightError> {
    try {
      return this.commands.cancel(order.id, context);
    } catch (error) {
      // One order that cannot be canceled does not keep the others from it.
      if (error instanceof OrderwrightError) return fail(error);
      throw error;
    }
  }

  /**
   * Compares an account's books. Never rejects.
   *
   * @returns whether every question had an answer. One that nobody can read is one too: it keeps only its order waiting.
   */
  async #compare(account: AccountId, trigger: string): Promise<boolean> {
    const { logger } = this.#config;
    try {
      const { findings, ...counts } = await this.reconciler.reconcile(account, trigger);
      logger.debug({ ...counts, trigger, findings: findings.length }, "reconciled");
      for (const order of this.#recorder.state.index.unknownOrdersOfAccount(account)) this.reconciler.resolve(order);
      this.desk.enforceKillSwitches(account);
      return counts.failedQueries === counts.unreadableAnswers;
    } catch (error) {
      if (this.#recorder.ended === undefined) logger.error({ account, trigger, error }, "reconciliation failed");
      return false;
    }
  }

  /** What comes from outside must not throw into a venue adapter; once recording has ended, it ends quietly. */
  #guarded<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      this.#recorder.halt(asFault(error, "internal.unexpected", "A fault of ours"));
      return undefined;
    }
  }
}

/** Whether the venue may have an order of the account whose id there is not known yet. */
function hasSubmitted(recorder: Recorder, account: AccountId): boolean {
  for (const order of recorder.state.index.ordersByStatus("submitted")) if (order.account === account) return true;
  return false;
}
