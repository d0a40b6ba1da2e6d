// What happens to orders and fills at the venue that are not ours: ignored, observed, taken over or
// canceled, by the account's policy or on a person's word. Finding them is the reconciler's work.

import type { ExecutionReport } from "../domain/execution-report.ts";
import { type AccountId, decodeOrderId, type OrderId, type VenueOrderId } from "../domain/identifiers.ts";
import type { Order } from "../domain/order.ts";
import type { DiscrepancyFound } from "../domain/order-event.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Logger } from "../runtime/logger.ts";
import type { VenueFill, VenueOrder } from "../venues/venue.ts";
import type { Egress } from "./egress.ts";
import type { Findings } from "./findings.ts";
import { orphanTerms } from "./found-order.ts";
import type { OrderFinder } from "./order-finder.ts";
import type { OrderIds } from "./order-ids.ts";
import type { OrphanPolicy } from "./reconciler.ts";
import type { Recorder } from "./recorder.ts";

/** Strangers' orders of which is remembered that their fills are on record; the oldest are forgotten first. */
const STRANGERS_REMEMBERED = 10_000;

export interface OrphansOptions {
  readonly recorder: Recorder;
  readonly finder: OrderFinder;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly ids: OrderIds;
  readonly policyOf: (account: AccountId) => OrphanPolicy;
  readonly egressOf: (account: AccountId) => Egress;
  /** Compares the account's books soon. */
  readonly suspect: (account: AccountId, reason: string) => void;
}

export class Orphans {
  readonly #options: OrphansOptions;
  /** Open strangers that are on record, as of each account's last list. */
  #open = new Map<AccountId, ReadonlySet<VenueOrderId>>();
  readonly #filled = new Set<string>();

  constructor(options: OrphansOptions) {
    this.#options = options;
  }

  /**
   * Handles the strangers among an account's open orders, as of now; it is given all of them at once.
   *
   * @param onPersonsWord - overrides the account's policy.
   * @returns the orders that were taken over.
   */
  handle(
    account: AccountId,
    strangers: readonly VenueOrder[],
    findings: Findings,
    onPersonsWord?: "cancel",
  ): readonly { readonly order: Order; readonly found: VenueOrder }[] {
    const policy = onPersonsWord ?? this.#options.policyOf(account);
    if (policy === "ignore") return [];
    const known = this.#open.get(account);
    const adopted: { order: Order; found: VenueOrder }[] = [];
    for (const found of strangers) {
      const isLost = this.#isLost(account, found);
      // The policy cancels what others placed. What we placed and forgot is looked after; a person may cancel that too.
      const treatment = isLost && policy === "cancel" && onPersonsWord === undefined ? "adopt" : policy;
      const whose = isLost ? "has an id of ours that the journal does not know" : "is not ours";
      const text = `${found.side} ${found.quantity ?? found.notional ?? ""} ${found.instrumentId} works at the venue and ${whose}`;
      if (findings.dryRun || known?.has(found.venueOrderId) !== true)
        findings.add("unknownOrder", `${text}; policy ${treatment}`);
      if (findings.dryRun) continue;
      if (known?.has(found.venueOrderId) !== true)
        this.#record(account, `${text} (${found.venueOrderId})`, treatment, "open orders of the venue");
      if (treatment === "adopt") adopted.push({ order: this.#adopt(account, found), found });
      else if (treatment === "cancel") this.#cancel(found);
    }
    if (!findings.dryRun) this.#open.set(account, new Set(strangers.map((found) => found.venueOrderId)));
    return adopted;
  }

  /** Notes executions of an order that is not ours, once per order: they move what the account holds, and not our books. */
  foreignFill(found: VenueFill, findings: Findings): void {
    const { account, fill } = found;
    const key = `${account}\n${fill.venueOrderId}`;
    if (this.#options.policyOf(account) === "ignore" || this.#filled.has(key)) return;
    const text = `${found.side} ${fill.quantity} ${found.instrumentId} was executed for an order that is not ours`;
    findings.add("unknownOrder", text);
    if (findings.dryRun) return;
    this.#remember(key);
    this.#record(account, `${text} (${fill.venueOrderId}, ${fill.executionId})`, "not booked", "fills of the venue");
  }

  /** A report on the stream about an order that is not ours: the next comparison of the books says what it is. */
  foreignReport(report: ExecutionReport): void {
    const { venue, account, venueOrderId, kind } = report;
    this.#options.logger.warn({ venue, account, venueOrderId, kind }, "a report about an order that is not ours");
    if (this.#options.policyOf(account) !== "ignore") this.#options.suspect(account, "foreignReport");
  }

  #remember(key: string): void {
    this.#filled.add(key);
    const [oldest] = this.#filled;
    if (this.#filled.size > STRANGERS_REMEMBERED && oldest !== undefined) this.#filled.delete(oldest);
  }

  #adopt(account: AccountId, found: VenueOrder): Order {
    const { recorder, clock } = this.#options;
    const { venueOrderId } = found;
    const orderId = this.#idFor(account, found);
    const { venue } = recorder.state.account(account);
    const terms = orphanTerms(found, venue, this.#aliasFor(account, found));
    recorder.record([
      { type: "orderAdopted", orderId, terms, venueOrderId, at: clock.now(), cause: "reconcile:adopt" },
    ]);
    return recorder.state.index.get(orderId) as Order;
  }

  #idFor(account: AccountId, found: VenueOrder): OrderId {
    const { recorder, ids } = this.#options;
    if (this.#isLost(account, found)) return found.clientOrderId as OrderId;
    return ids.next(recorder.state.account(account).tag, found.orderType);
  }

  /** One of ours that the journal lost keeps its id, which can never be given out again. */
  #isLost(account: AccountId, { clientOrderId }: VenueOrder): boolean {
    const { state } = this.#options.recorder;
    if (clientOrderId === undefined || clientOrderId.includes("_")) return false;
    const parts = decodeOrderId(clientOrderId);
    return parts?.accountTag === state.account(account).tag && parts.epoch < state.epoch;
  }

  /** The id by which the venue knows it finds it here as well, unless an order of ours has it. */
  #aliasFor(account: AccountId, { clientOrderId }: VenueOrder): string | undefined {
    if (clientOrderId === undefined || clientOrderId.length > 128) return undefined;
    return this.#options.finder.byClientOrderId(account, clientOrderId) === undefined ? clientOrderId : undefined;
  }

  /** Goes out once the decision is on disk. */
  #cancel(found: VenueOrder): void {
    const { recorder, egressOf } = this.#options;
    const { account, instrumentId, venueOrderId, clientOrderId } = found;
    const request = { account, instrumentId, venueOrderId, orderId: (clientOrderId ?? venueOrderId) as OrderId };
    const intentSeq = recorder.state.seq;
    recorder.afterDurable(
      () => egressOf(account).send({ kind: "cancelForeign", account, instrumentId, request, intentSeq }),
      () => undefined,
    );
  }

  #record(account: AccountId, theirs: string, conclusion: string, evidence: string): void {
    const { recorder, clock } = this.#options;
    const found: DiscrepancyFound = {
      type: "discrepancyFound",
      account,
      kind: "unknownOrder",
      ours: "no such order",
      theirs,
      conclusion,
      evidence,
    };
    recorder.record([{ ...found, at: clock.now(), cause: "reconcile:evidence" }]);
  }
}
