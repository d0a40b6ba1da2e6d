// What callers ask for: submit, replace, cancel. Each is checked against the state, recorded, and goes
// out once it is durable. Nothing is awaited between reading an order and recording what changes it.

import { type OrderwrightError, orderwrightError } from "../domain/errors.ts";
import type { AccountId, InstrumentId, OrderId, RequestId } from "../domain/identifiers.ts";
import type { Instrument } from "../domain/instrument.ts";
import type { Order } from "../domain/order.ts";
import type { OrderTerms, ReplaceTerms } from "../domain/order-event.ts";
import { fail, ok, type Result } from "../domain/result.ts";
import type { EventDraft } from "../domain/system-event.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Venue } from "../venues/venue.ts";
import type { Egress, SendJob } from "./egress.ts";
import type { CommandContext, OrderRequest, ReplaceInput } from "./engine-api.ts";
import type { OrderFinder } from "./order-finder.ts";
import type { OrderIds } from "./order-ids.ts";
import { normalizeOrder, normalizeReplace, orderAddress, sameOrder } from "./order-request.ts";
import { unknownOrder } from "./outcomes.ts";
import type { Recorder } from "./recorder.ts";
import type { RiskDesk } from "./risk/risk-desk.ts";
import type { EngineSettings } from "./settings.ts";

export interface OrderCommandsOptions {
  readonly recorder: Recorder;
  readonly finder: OrderFinder;
  readonly riskDesk: RiskDesk;
  readonly clock: Clock;
  readonly settings: EngineSettings;
  readonly ids: OrderIds;
  readonly defaultAccount: AccountId;
  readonly venueOf: (account: AccountId) => Venue;
  readonly instrumentOf: (account: AccountId, id: InstrumentId) => Instrument | undefined;
  readonly egressOf: (account: AccountId) => Egress;
}

/** An accepted order; `existing` when the caller's id named it before. */
export interface Accepted {
  readonly order: Order;
  readonly existing: boolean;
}

export class OrderCommands {
  readonly #options: OrderCommandsOptions;
  /** Intents that wait for the disk or the wire. */
  #waiting = 0;
  /** Pending cancels that went out: reports in between must not send them again. */
  readonly #cancelsSent = new WeakMap<Order, RequestId>();

  constructor(options: OrderCommandsOptions) {
    this.#options = options;
  }

  /**
   * Takes or denies an order, in this turn. The intent leaves when it is durable (or at once, in the
   * durability modes that say so).
   */
  submit(request: OrderRequest, context: CommandContext): Result<Accepted, OrderwrightError> {
    const { recorder, riskDesk, clock, settings, ids } = this.#options;
    if (this.#waiting >= settings.intakeLimit) {
      return fail(
        orderwrightError(
          "engine.overloaded",
          `${this.#waiting} orders wait for the disk or the wire, which is all that the intake holds. Send again when some have gone out.`,
        ),
      );
    }
    const normalized = this.#normalize(request);
    if (!normalized.ok) return normalized;
    const terms = normalized.value;
    const existing = this.#existing(terms);
    if (existing !== undefined) return existing;

    const at = clock.now();
    const cause = `command:${context.by}` as const;
    const account = recorder.state.account(terms.account);
    const orderId = ids.next(account.tag, terms.orderType);
    const created: EventDraft = { type: "orderCreated", orderId, terms, at, cause };
    const denial = riskDesk.check(terms);
    if (denial !== undefined) {
      recorder.record([
        created,
        { type: "orderDenied", orderId, code: denial.code, message: denial.message, at, cause },
      ]);
      return fail(orderwrightError(denial.code, denial.message, { ...denial.details, orderId, status: "rejected" }));
    }
    const sendBy = at + settings.sendBudgetMs;
    recorder.record([
      created,
      { type: "orderValidated", orderId, at, cause },
      { type: "orderSubmitted", orderId, sendBy, at, cause },
    ]);
    const order = recorder.state.index.get(orderId) as Order;
    riskDesk.sent(order);
    this.#waiting++;
    this.#whenMayLeave(() => {
      this.#waiting--;
      this.#send({ kind: "place", order, sendBy });
    });
    return ok({ order, existing: false });
  }

  cancel(id: string, context: CommandContext): Result<Order, OrderwrightError> {
    const { recorder, finder, ids, clock } = this.#options;
    const order = finder.inMemory(id, undefined) ?? finder.fromJournal(id.replaceAll("_", "") as OrderId);
    if (order === undefined) return fail(unknownOrder(id));
    if (order.isTerminal) return fail(notCancelable(order));
    if (order.pendingCancel !== undefined) return fail(requestPending(order, "A cancel"));
    const requestId = ids.nextRequest();
    recorder.record([
      {
        type: "cancelRequested",
        orderId: order.id,
        requestId,
        reason: context.reason ?? "requested",
        at: clock.now(),
        cause: `command:${context.by}`,
      },
    ]);
    // Before the acknowledgement the cancel stays armed: it goes out as soon as the venue can be told.
    if (order.isWorking || order.outcomeUnknown) this.#whenMayLeave(() => this.sendCancel(order));
    return ok(order);
  }

  replace(id: string, input: ReplaceInput, context: CommandContext): Result<Order, OrderwrightError> {
    const { recorder, finder, ids, clock, settings, riskDesk } = this.#options;
    const order = finder.inMemory(id, undefined) ?? finder.fromJournal(id.replaceAll("_", "") as OrderId);
    if (order === undefined) return fail(unknownOrder(id));
    if (!order.isWorking) return fail(notReplaceable(order));
    if (order.pendingCancel !== undefined) return fail(requestPending(order, "A cancel"));
    if (order.pendingReplace !== undefined) return fail(requestPending(order, "A replace"));
    const instrument = this.#options.instrumentOf(order.account, order.instrumentId);
    if (instrument === undefined) return fail(unknownInstrument(order.instrumentId, order.venue));
    if (!this.#options.venueOf(order.account).capabilities.replace) {
      return fail(
        orderwrightError(
          "request.notSupported",
          `${order.venue} has no replace. Cancel the order and submit another.`,
          { orderId: order.id },
        ),
      );
    }
    const normalized = normalizeReplace(input, order, instrument);
    if (!normalized.ok) return normalized;
    const replace: ReplaceTerms = normalized.value;
    const taken = this.#aliasTaken(order, replace);
    if (taken !== undefined) return fail(taken);
    const denial = riskDesk.checkReplace(order, replace);
    if (denial !== undefined) return fail(denial);
    const requestId = ids.nextRequest();
    const at = clock.now();
    recorder.record([
      { type: "replaceRequested", orderId: order.id, requestId, replace, at, cause: `command:${context.by}` },
    ]);
    riskDesk.messageSent(order.account);
    this.#whenMayLeave(() =>
      this.#send({ kind: "replace", order, requestId, replace, sendBy: at + settings.sendBudgetMs }),
    );
    return ok(order);
  }

  /** Sends the cancel that is pending, if one is and it has not gone out yet. */
  sendCancel(order: Order): void {
    const pending = order.pendingCancel;
    if (pending === undefined || order.isTerminal || this.#cancelsSent.get(order) === pending.requestId) return;
    this.repeatCancel(order);
  }

  /** Sends the pending cancel, whether or not it went out before: a cancel may be repeated. */
  repeatCancel(order: Order): void {
    const pending = order.pendingCancel;
    if (pending === undefined || order.isTerminal) return;
    this.#cancelsSent.set(order, pending.requestId);
    this.#send({ kind: "cancel", order, requestId: pending.requestId });
  }

  #send(job: SendJob & { readonly order: Order }): void {
    this.#options.egressOf(job.order.account).send(job);
  }

  /** With durability `always` that is once the intent is on disk; otherwise now. */
  #whenMayLeave(send: () => void): void {
    const { recorder } = this.#options;
    if (recorder.journal.durability === "always") {
      recorder.afterDurable(send, () => undefined); // a halted journal sends nothing, ever
    } else {
      send();
    }
  }

  #normalize(request: OrderRequest): Result<OrderTerms, OrderwrightError> {
    const { recorder, clock, defaultAccount, finder } = this.#options;
    const address = orderAddress(request);
    if (!address.ok) return address;
    const account = (address.value.account ?? defaultAccount) as AccountId;
    if (!recorder.state.accounts.has(account)) {
      const known = [...recorder.state.accounts.keys()].join(", ");
      return fail(
        orderwrightError(
          "request.unknownAccount",
          `No account ${JSON.stringify(account.slice(0, 64))} is configured; there are: ${known}.`,
          { field: "account" },
        ),
      );
    }
    const venue = this.#options.venueOf(account);
    const instrument = this.#options.instrumentOf(account, address.value.instrumentId as InstrumentId);
    if (instrument === undefined) return fail(unknownInstrument(address.value.instrumentId, venue.id));
    const { capabilities } = venue;
    const context = { account, venue: venue.id, instrument, capabilities, now: clock.now() };
    const normalized = normalizeOrder(request, context);
    if (normalized.ok) return normalized;
    // What a known id asked for was right when it was asked: a late repeat must find its order.
    const { clientOrderId } = request;
    const known = typeof clientOrderId === "string" ? finder.byClientOrderId(account, clientOrderId) : undefined;
    return known === undefined ? normalized : normalizeOrder(request, { ...context, now: known.createdAt });
  }

  /** The same id with the same order returns the same order; with another, an error. */
  #existing(terms: OrderTerms): Result<Accepted, OrderwrightError> | undefined {
    if (terms.clientOrderId === undefined) return undefined;
    const order = this.#options.finder.byClientOrderId(terms.account, terms.clientOrderId);
    if (order === undefined) return undefined;
    if (sameOrder(terms, order)) return ok({ order, existing: true });
    return fail(duplicateClientOrderId(terms.clientOrderId, order));
  }

  #aliasTaken(order: Order, replace: ReplaceTerms): OrderwrightError | undefined {
    if (replace.clientOrderId === undefined) return undefined;
    const holder = this.#options.finder.byClientOrderId(order.account, replace.clientOrderId);
    return holder === undefined ? undefined : duplicateClientOrderId(replace.clientOrderId, holder);
  }
}

function duplicateClientOrderId(clientOrderId: string, holder: Order): OrderwrightError {
  return orderwrightError(
    "request.duplicateClientOrderId",
    `The client order id ${JSON.stringify(clientOrderId)} names order ${holder.id} already, which asks for something else. Use another id.`,
    { field: "clientOrderId", orderId: holder.id, status: holder.status },
  );
}

function unknownInstrument(id: unknown, venue: string): OrderwrightError {
  return orderwrightError(
    "request.unknownInstrument",
    `${venue} lists no instrument ${JSON.stringify(String(id).slice(0, 64))}.`,
    { field: "instrumentId" },
  );
}

function notCancelable(order: Order): OrderwrightError {
  return orderwrightError(
    "order.notCancelable",
    `Order ${order.id} is ${order.status}: it has ended, and nothing was sent.`,
    { orderId: order.id, status: order.status },
  );
}

function notReplaceable(order: Order): OrderwrightError {
  const why = order.isTerminal ? "it has ended" : "the venue has not acknowledged it yet";
  return orderwrightError(
    "order.notReplaceable",
    `Order ${order.id} is ${order.status}: ${why}, and nothing was sent.`,
    { orderId: order.id, status: order.status },
  );
}

function requestPending(order: Order, what: string): OrderwrightError {
  return orderwrightError(
    "order.requestPending",
    `${what} of order ${order.id} is outstanding; wait for its outcome.`,
    { orderId: order.id, status: order.status },
  );
}
