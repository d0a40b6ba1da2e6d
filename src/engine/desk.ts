// What a person decides: trading states, the kill switch, limits, adjustments, and how to wind down.
// Each decision is an event that names who made it.

import { Decimal, type DecimalInput } from "../domain/decimal.ts";
import { type OrderwrightError, orderwrightError } from "../domain/errors.ts";
import type { AccountId, InstrumentId } from "../domain/identifiers.ts";
import type { Order } from "../domain/order.ts";
import { fail, ok, type Result } from "../domain/result.ts";
import type { RestingOrderPolicy, SystemEvent, TradingState } from "../domain/system-event.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Logger } from "../runtime/logger.ts";
import type { CommandContext } from "./engine-api.ts";
import type { Recorder } from "./recorder.ts";
import { limitsFromJson, limitsToJson, limitsToText } from "./risk/limits-json.ts";
import type { RiskLimits } from "./risk/risk-limits.ts";

/** Between two looks at whether the venue has answered, while winding down. */
const WIND_STEP_MS = 10;

export interface DeskOptions {
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Accounts of the configuration: those whose venues can be asked. */
  readonly accounts: ReadonlySet<string>;
  /** Whether the account's venue lists the instrument. */
  readonly isListed: (account: AccountId, instrumentId: InstrumentId) => boolean;
  readonly cancel: (order: Order, context: CommandContext) => Result<Order, OrderwrightError>;
  /** Cancels what rests on the venue account and is not ours. @returns whether the venue could be asked. */
  readonly cancelStrangers: (account: AccountId) => Promise<boolean>;
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
    if (!(change instanceof Decimal) || change.isZero()) {
      return fail(
        orderwrightError("request.malformed", "quantity must be a plain decimal other than 0, such as -0.5.", {
          field: "quantity",
        }),
      );
    }
    const { state } = this.#options.recorder;
    const isHeld = !state.position(account as AccountId, instrumentId as InstrumentId).quantity.isZero();
    if (!isHeld && !this.#options.isListed(account as AccountId, instrumentId as InstrumentId)) {
      return fail(
        orderwrightError(
          "request.unknownInstrument",
          `Account ${account} neither holds ${JSON.stringify(instrumentId)} nor does its venue list it.`,
          { field: "instrumentId" },
        ),
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

  /**
   * Applies an engaged kill switch again to what still rests: after a start or a reconnection, orders of ours may work
   * whose cancel never arrived.
   */
  enforceKillSwitches(account: AccountId): void {
    const { state } = this.#options.recorder;
    for (const { engaged, restingOrders, by } of [state.killSwitch, state.account(account).killSwitch]) {
      if (engaged && restingOrders !== undefined)
        this.#applyPolicy(restingOrders, { by: by ?? "engine", reason: "kill switch", account });
    }
  }

  /** Applies the policy for resting orders and waits for answers, up to the deadline. */
  async wind(policy: RestingOrderPolicy, deadlineMs: number, sendsUnderWay: () => number): Promise<void> {
    const { clock, recorder } = this.#options;
    const endsAt = clock.monotonicMs() + deadlineMs;
    let asking = true;
    // What was accepted is on its way to the wire: it leaves before the doors close.
    const durable = (): Promise<void> => recorder.whenDurable().catch(() => undefined); // a fault was told to all who wait
    const applied = Promise.all(this.#strangersOf(policy, undefined))
      .then(durable)
      .finally(() => (asking = false));
    if (policy !== "keep") this.#cancelOurs(undefined, { by: "engine", reason: "shutdown" });
    await untilEither(clock, applied, deadlineMs);
    const unanswered = (): boolean => asking || sendsUnderWay() > 0 || (policy !== "keep" && this.#cancelsArePending());
    while (unanswered() && clock.monotonicMs() < endsAt && recorder.ended === undefined) {
      await new Promise<void>((resolve) => clock.schedule(WIND_STEP_MS, resolve));
    }
  }

  #cancelsArePending(): boolean {
    for (const order of this.#options.recorder.state.index.openOrders()) {
      if (order.pendingCancel !== undefined) return true;
    }
    return false;
  }

  #applyPolicy(policy: RestingOrderPolicy, context: ScopedContext): number {
    if (policy === "keep") return 0;
    const account = context.account as AccountId | undefined;
    void Promise.all(this.#strangersOf(policy, account));
    return this.#cancelOurs(account, context).length;
  }

  #cancelOurs(account: AccountId | undefined, context: CommandContext): Order[] {
    const { index } = this.#options.recorder.state;
    const orders = [...(account === undefined ? index.openOrders() : index.openOrdersOfAccount(account))];
    return orders.filter((order) => order.canCancel && this.#options.cancel(order, context).ok);
  }

  /** Cancels everything else that rests on the venue accounts, as far as the venues show it. Never rejects. */
  #strangersOf(policy: RestingOrderPolicy, account: AccountId | undefined): Promise<void>[] {
    if (policy !== "cancelAll") return [];
    const accounts = [...this.#options.accounts] as AccountId[];
    const concerned = accounts.filter((candidate) => account === undefined || candidate === account);
    return concerned.map(async (candidate) => {
      const { logger, cancelStrangers } = this.#options;
      try {
        if (!(await cancelStrangers(candidate)))
          logger.error({ account: candidate }, "the venue does not tell which orders rest there");
      } catch (error) {
        logger.error({ account: candidate, error }, "orders that are not ours cannot be canceled");
      }
    });
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

/** Resolves with the work, or when the time is over. */
async function untilEither(clock: Clock, work: Promise<unknown>, timeMs: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const cancelTimer = clock.schedule(timeMs, resolve);
    void work.finally(() => {
      cancelTimer();
      resolve();
    });
  });
}
