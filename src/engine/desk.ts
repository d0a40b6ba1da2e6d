// What a person decides: trading states, the kill switch, limits, adjustments, and how to wind down.
// Each decision is an event that names who made it.

import { Decimal, type DecimalInput } from "../domain/decimal.ts";
import { type OrderwrightError, orderwrightError } from "../domain/errors.ts";
import type { AccountId, InstrumentId, OrderId } from "../domain/identifiers.ts";
import { decodeOrderId } from "../domain/identifiers.ts";
import type { Order } from "../domain/order.ts";
import { fail, ok, type Result } from "../domain/result.ts";
import type { RestingOrderPolicy, SystemEvent, TradingState } from "../domain/system-event.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Venue, VenueOrder } from "../venues/venue.ts";
import type { Egress } from "./egress.ts";
import type { CommandContext } from "./engine-api.ts";
import type { Recorder } from "./recorder.ts";
import { limitsFromJson, limitsToJson, limitsToText } from "./risk/limits-json.ts";
import type { RiskLimits } from "./risk/risk-limits.ts";

/** Between two looks at whether the venue has answered, while winding down. */
const WIND_STEP_MS = 10;

export interface DeskOptions {
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly cancel: (order: Order, context: CommandContext) => Result<Order, OrderwrightError>;
  readonly egressOf: (account: AccountId) => Egress;
  readonly venueOf: (account: AccountId) => Venue;
}

type ScopedContext = CommandContext & { readonly account?: string };

export class Desk {
  readonly #options: DeskOptions;

  constructor(options: DeskOptions) {
    this.#options = options;
  }

  setTradingState(state: TradingState, context: ScopedContext): Result<void, OrderwrightError> {
    const scope = this.#scope(context);
    if (!scope.ok) return scope;
    this.#record(
      { type: "tradingStateChanged", ...scope.value, state, reason: context.reason ?? "", by: context.by },
      context,
    );
    return ok(undefined);
  }

  /** Halts at the gate first; then the resting orders, as the policy says. */
  engageKillSwitch(
    restingOrders: RestingOrderPolicy,
    context: ScopedContext,
  ): Result<{ readonly canceling: number }, OrderwrightError> {
    const scope = this.#scope(context);
    if (!scope.ok) return scope;
    this.#record(
      { type: "killSwitchEngaged", ...scope.value, restingOrders, reason: context.reason ?? "", by: context.by },
      context,
    );
    return ok({ canceling: this.#applyPolicy(restingOrders, { ...context, reason: "kill switch" }) });
  }

  liftKillSwitch(context: ScopedContext): Result<void, OrderwrightError> {
    const scope = this.#scope(context);
    if (!scope.ok) return scope;
    this.#record({ type: "killSwitchLifted", ...scope.value, reason: context.reason ?? "", by: context.by }, context);
    return ok(undefined);
  }

  setRiskLimits(account: string, limits: RiskLimits, context: CommandContext): Result<void, OrderwrightError> {
    const scope = this.#scope({ ...context, account });
    if (!scope.ok) return scope;
    // The checks rely on whole numbers and on amounts that are not negative: a caller's types do not promise them.
    const checked = limitsFromJson(limitsToJson(limits));
    if (!checked.ok) return checked;
    this.#record(
      { type: "riskLimitsChanged", account: account as AccountId, limits: limitsToText(checked.value), by: context.by },
      context,
    );
    return ok(undefined);
  }

  adjustPosition(
    account: string,
    instrumentId: string,
    quantity: DecimalInput,
    context: CommandContext,
  ): Result<void, OrderwrightError> {
    const scope = this.#scope({ ...context, account });
    if (!scope.ok) return scope;
    const change = typeof quantity === "string" ? Decimal.tryParse(quantity) : quantity;
    if (change === undefined || change.isZero()) {
      return fail(
        orderwrightError("request.malformed", "quantity must be a plain decimal other than 0, such as -0.5.", {
          field: "quantity",
        }),
      );
    }
    this.#record(
      {
        type: "positionAdjusted",
        account: account as AccountId,
        instrumentId: instrumentId as InstrumentId,
        quantity: change,
        reason: context.reason ?? "",
        by: context.by,
      },
      context,
    );
    return ok(undefined);
  }

  /** Cancels an order at the venue that is not ours: by a person's policy only. */
  cancelForeign(found: VenueOrder): void {
    const { account, instrumentId, venueOrderId, clientOrderId } = found;
    const request = { account, instrumentId, venueOrderId, orderId: (clientOrderId ?? venueOrderId) as OrderId };
    this.#options.egressOf(account).send({ kind: "cancelForeign", account, instrumentId, request });
  }

  /** Applies the policy for resting orders and waits for answers, up to the deadline. */
  async wind(policy: RestingOrderPolicy, deadlineMs: number, sendsUnderWay: () => number): Promise<void> {
    const { clock, recorder } = this.#options;
    const endsAt = clock.monotonicMs() + deadlineMs;
    const canceled = policy === "keep" ? [] : this.#cancelOurs(undefined, { by: "engine", reason: "shutdown" });
    if (policy === "cancelAll") this.#cancelOthers(undefined);
    const unanswered = (): boolean => sendsUnderWay() > 0 || canceled.some((order) => order.isActive);
    while (unanswered() && clock.monotonicMs() < endsAt && recorder.halted === undefined) {
      await new Promise<void>((resolve) => clock.schedule(WIND_STEP_MS, resolve));
    }
  }

  #applyPolicy(policy: RestingOrderPolicy, context: ScopedContext): number {
    if (policy === "keep") return 0;
    const account = context.account as AccountId | undefined;
    if (policy === "cancelAll") this.#cancelOthers(account);
    return this.#cancelOurs(account, context).length;
  }

  #cancelOurs(account: AccountId | undefined, context: CommandContext): Order[] {
    const { index } = this.#options.recorder.state;
    const orders = [...(account === undefined ? index.openOrders() : index.openOrdersOfAccount(account))];
    return orders.filter((order) => order.canCancel && this.#options.cancel(order, context).ok);
  }

  /** Everything else that rests on the venue account, as far as the venue shows it. */
  #cancelOthers(account: AccountId | undefined): void {
    for (const record of this.#options.recorder.state.accounts.values()) {
      if (account !== undefined && record.id !== account) continue;
      void this.#options
        .venueOf(record.id)
        .openOrders(record.id, new AbortController().signal)
        .then((answer) => {
          if (answer.kind !== "found") return;
          for (const found of answer.value) if (!this.#isOurs(found)) this.cancelForeign(found);
        });
    }
  }

  #isOurs(found: VenueOrder): boolean {
    const id = found.clientOrderId;
    return (
      id !== undefined &&
      decodeOrderId(id) !== undefined &&
      this.#options.recorder.state.index.get(id as OrderId) !== undefined
    );
  }

  #scope(context: ScopedContext): Result<{ account?: AccountId }, OrderwrightError> {
    if (context.account === undefined) return ok({});
    const account = context.account as AccountId;
    if (this.#options.recorder.state.accounts.has(account)) return ok({ account });
    return fail(
      orderwrightError("request.unknownAccount", `No account ${JSON.stringify(context.account)} is configured.`, {
        field: "account",
      }),
    );
  }

  #record(event: SystemEvent, context: CommandContext): void {
    this.#options.recorder.record([{ ...event, at: this.#options.clock.now(), cause: `operator:${context.by}` }]);
  }
}
