// What callers ask for: submit, replace, cancel. Each is checked against the state, recorded, and goes
// out once it is durable. Nothing is awaited between reading an order and recording what changes it.

import { type ErrorCode, type OrderwrightError, orderwrightError } from "../domain/errors.ts";
import type { AccountId, InstrumentId, RequestId } from "../domain/identifiers.ts";
import type { Instrument } from "../domain/instrument.ts";
import type { Order } from "../domain/order.ts";
import type { OrderTerms, ReplaceTerms } from "../domain/order-event.ts";
import { fail, ok, type Result } from "../domain/result.ts";
import type { EventDraft } from "../domain/system-event.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Venue } from "../venues/venue.ts";
import type { Egress } from "./egress.ts";
import type { CommandContext, OrderRequest, ReplaceInput } from "./engine-api.ts";
import type { IntentTimes } from "./intent-times.ts";
import type { OrderFinder } from "./order-finder.ts";
import type { OrderIds } from "./order-ids.ts";
import { normalizeOrder, normalizeReplace, orderAddress, sameOrder } from "./order-request.ts";
import { unknownOrder } from "./outcomes.ts";
import type { Recorder } from "./recorder.ts";
import type { RiskDesk } from "./risk/risk-desk.ts";
import type { SendJob } from "./send-job.ts";
import type { EngineSettings } from "./settings.ts";

export interface OrderCommandsOptions {
  readonly recorder: Recorder;
  readonly finder: OrderFinder;
  readonly riskDesk: RiskDesk;
  readonly clock: Clock;
  readonly settings: EngineSettings;
  readonly ids: OrderIds;
  readonly intents: IntentTimes;
  /** Accounts of the configuration: one that only the journal knows takes no orders. */
  readonly accounts: ReadonlySet<string>;
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
  /** Submits, denied ones too, that wait for the disk. */
  #undurable = 0;
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
    const { recorder, riskDesk, clock, settings, ids, intents } = this.#options;
    const normalized = this.#normalize(request);
    if (!normalized.ok) return normalized;
    const terms = normalized.value;
    const waiting = this.#undurable + this.#options.egressOf(terms.account).waiting;
    if (waiting >= settings.intakeLimit) {
      return fail(
        orderwrightError(
          "engine.overloaded",
          `${waiting} orders wait for the disk or the wire, which is all that the intake holds. Send again when some have gone out.`,
        ),
      );
    }
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
      this.#countUntilDurable();
      const details = { ...denial.details, orderId, status: "rejected" };
      return fail(orderwrightError(denial.code, toldDenial(denial.message, terms), details));
    }
    const sendBy = at + settings.sendBudgetMs;
    recorder.record([
      created,
      { type: "orderValidated", orderId, at, cause },
      { type: "orderSubmitted", orderId, sendBy, at, cause },
    ]);
    const order = recorder.state.index.get(orderId) as Order;
    riskDesk.sent(order);
    this.#countUntilDurable();
    const deadlineMs = intents.notePlace(order) + settings.sendBudgetMs;
    this.#whenMayLeave((intentSeq) => this.#send({ kind: "place", order, deadlineMs, sendBy, intentSeq }));
    return ok({ order, existing: false });
  }

  cancel(id: string, context: CommandContext): Result<Order, OrderwrightError> {
    const { recorder, ids, clock, riskDesk } = this.#options;
    const order = this.#find(id, context);
    if (order === undefined) return fail(unknownOrder(id));
    if (order.isTerminal) return fail(notCancelable(order));
    this.#options.egressOf(order.account); // an account without its venue: refused before anything is recorded
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
    riskDesk.messageSent(order.account);
    // Before the acknowledgement the cancel stays armed: it goes out as soon as the venue can be told.
    if (order.isWorking || order.outcomeUnknown) this.sendCancel(order);
    return ok(order);
  }

  replace(id: string, input: ReplaceInput, context: CommandContext): Result<Order, OrderwrightError> {
    const { recorder, ids, clock, settings, riskDesk, intents } = this.#options;
    const order = this.#find(id, context);
    if (order === undefined) return fail(unknownOrder(id));
    if (!order.isWorking) return fail(notReplaceable(order));
    if (order.pendingCancel !== undefined) return fail(requestPending(order, "A cancel"));
    if (order.pendingReplace !== undefined) return fail(requestPending(order, "A replace"));
    const instrument = this.#options.instrumentOf(order.account, order.instrumentId);
    if (instrument === undefined)
      return fail(unknownInstrument(order.instrumentId, this.#options.venueOf(order.account)));
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
    const sendBy = at + settings.sendBudgetMs;
    const deadlineMs = intents.noteReplace(order) + settings.sendBudgetMs;
    this.#whenMayLeave((intentSeq) =>
      this.#send({ kind: "replace", order, requestId, replace, deadlineMs, sendBy, intentSeq }),
    );
    return ok(order);
  }

  /** Sends the cancel that is pending, if one is and it has not gone out yet. */
  sendCancel(order: Order): void {
    if (this.#cancelsSent.get(order) !== order.pendingCancel?.requestId) this.repeatCancel(order);
  }

  /** Sends the pending cancel, whether or not it went out before: a cancel may be repeated. */
  repeatCancel(order: Order): void {
    const requestId = order.pendingCancel?.requestId;
    if (requestId === undefined || order.isTerminal) return;
    this.#cancelsSent.set(order, requestId);
    this.#whenMayLeave((intentSeq) => {
      const egress = this.#options.egressOf(order.account);
      if (!egress.hasCancel(requestId)) egress.send({ kind: "cancel", order, requestId, intentSeq });
    });
  }

  /** The venue did not know the order that its cancel named: once it does, the cancel goes out again. */
  cancelUnheard(order: Order): void {
    this.#cancelsSent.delete(order);
  }

  #find(id: string, context: CommandContext): Order | undefined {
    const { finder } = this.#options;
    const account = context.account as AccountId | undefined;
    return finder.inMemory(id, account) ?? finder.inJournal(id, account);
  }

  #send(job: Extract<SendJob, { order: Order }>): void {
    this.#options.egressOf(job.order.account).send(job);
  }

  /** With durability `always` that is once the intent is on disk; otherwise now. */
  #whenMayLeave(send: (intentSeq: number) => void): void {
    const { recorder } = this.#options;
    const intentSeq = recorder.state.seq;
    if (recorder.journal.durability === "always") {
      recorder.afterDurable(
        () => send(intentSeq),
        () => undefined, // a halted journal sends nothing, ever
      );
    } else {
      send(intentSeq);
    }
  }

  #countUntilDurable(): void {
    this.#undurable++;
    const settled = (): void => void this.#undurable--;
    this.#options.recorder.afterDurable(settled, settled);
  }

  #normalize(request: OrderRequest): Result<OrderTerms, OrderwrightError> {
    const { accounts, clock, defaultAccount, finder } = this.#options;
    const address = orderAddress(request);
    if (!address.ok) return address;
    const account = (address.value.account ?? defaultAccount) as AccountId;
    if (!accounts.has(account)) {
      const known = [...accounts].join(", ");
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
    if (instrument === undefined) return fail(unknownInstrument(address.value.instrumentId, venue));
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
    if (!sameOrder(terms, order)) return fail(duplicateClientOrderId(terms.clientOrderId, order));
    // A denied order stays denied: the same request has the same answer.
    return isDenied(order) ? fail(denialOf(order)) : ok({ order, existing: true });
  }

  #aliasTaken(order: Order, replace: ReplaceTerms): OrderwrightError | undefined {
    if (replace.clientOrderId === undefined) return undefined;
    const holder = this.#options.finder.byClientOrderId(order.account, replace.clientOrderId);
    // Its own ids it may have again: a replace that failed can be asked for anew.
    return holder === undefined || holder.id === order.id
      ? undefined
      : duplicateClientOrderId(replace.clientOrderId, holder);
  }
}

/** Refused by our own checks: the venue was never asked. */
function isDenied(order: Order): boolean {
  return order.status === "rejected" && order.submittedAt === undefined;
}

/** A denied order is on record, and its caller's id stays taken. */
function toldDenial(message: string, terms: Pick<OrderTerms, "clientOrderId">): string {
  return terms.clientOrderId === undefined ? message : `${message} Another try needs another client order id.`;
}

function denialOf(order: Order): OrderwrightError {
  const { code, text } = order.statusReason ?? { text: "the order was denied" };
  const { id: orderId, status } = order;
  return orderwrightError((code ?? "internal.unexpected") as ErrorCode, toldDenial(text, order), { orderId, status });
}

function duplicateClientOrderId(clientOrderId: string, holder: Order): OrderwrightError {
  return orderwrightError(
    "request.duplicateClientOrderId",
    `The client order id ${JSON.stringify(clientOrderId)} names order ${holder.id} already, which asks for something else. Use another id.`,
    { field: "clientOrderId", orderId: holder.id, status: holder.status },
  );
}

function unknownInstrument(id: unknown, venue: Venue): OrderwrightError {
  const listed = venue.instruments().map((instrument) => instrument.id);
  const some = `${listed.slice(0, MAX_LISTED).join(", ")}${listed.length > MAX_LISTED ? ", …" : ""}`;
  return orderwrightError(
    "request.unknownInstrument",
    `${venue.id} lists no instrument ${JSON.stringify(String(id).slice(0, 64))}; it lists ${some}.`,
    { field: "instrumentId", listed: listed.slice(0, MAX_LISTED) },
  );
}

/** Instruments named in an error: enough to see the spelling. */
const MAX_LISTED = 10;

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
