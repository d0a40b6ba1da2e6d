// Orders of which the venue counts more executed than is booked. Mostly the executions follow in a moment; where they
// do not, although the venue's fills were read completely and more than once, the difference is booked as an inferred
// fill, which the real executions replace. Reading fills and orders is evidence.ts.

import type { Decimal } from "../domain/decimal.ts";
import type { Liquidity } from "../domain/fill.ts";
import type { AccountId, ExecutionId, OrderId, VenueOrderId } from "../domain/identifiers.ts";
import { AVERAGE_PRICE_SCALE, type Order } from "../domain/order.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Logger } from "../runtime/logger.ts";
import type { Venue, VenueOrder } from "../venues/venue.ts";
import { type Cases, caseIdOf } from "./cases.ts";
import type { Evidence } from "./evidence.ts";
import { Findings } from "./findings.ts";
import type { Questions } from "./questions.ts";
import type { Recorder } from "./recorder.ts";
import { requestOf } from "./send-job.ts";
import type { EngineSettings } from "./settings.ts";

/** What a venue counts as executed of an order. */
export interface VenueTotal {
  readonly quantity: Decimal;
  /** The venue's average over all of it. */
  readonly averagePrice?: Decimal;
}

export interface ShortfallsOptions {
  readonly recorder: Recorder;
  readonly cases: Cases;
  readonly questions: Questions;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly settings: EngineSettings;
  readonly venueOf: (account: AccountId) => Venue;
  readonly evidence: () => Evidence;
  /** Notes the order's total, and reads the account's fills soon. */
  readonly fillsMissing: (order: Order) => void;
}

interface Shortfall {
  order: Order;
  total: VenueTotal;
  readonly notedAt: number;
  /** The fills were read completely once since; the second reading is under way or to come. */
  isReadOnce: boolean;
  cancelTimer: () => void;
}

export class Shortfalls {
  readonly #options: ShortfallsOptions;
  readonly #shortfalls = new Map<OrderId, Shortfall>();

  constructor(options: ShortfallsOptions) {
    this.#options = options;
    options.recorder.follow((_event, order) => {
      if (this.#shortfalls.size > 0 && order !== undefined) this.#changed(order);
    });
  }

  close(): void {
    for (const { cancelTimer } of this.#shortfalls.values()) cancelTimer();
    this.#shortfalls.clear();
  }

  /** Whether the account has any: until they are explained, its totals cannot be compared. */
  hasAny(account: AccountId): boolean {
    for (const { order } of this.#shortfalls.values()) if (order.account === account) return true;
    return false;
  }

  /** What the venue counts as executed of the order, as far as that is more than is booked. */
  totalOf(order: Order): Decimal | undefined {
    return this.#shortfalls.get(order.id)?.total.quantity;
  }

  /**
   * Notes that the venue counts more than is booked. While a total waits for its executions a higher one waits for
   * its turn: an order that fills on would otherwise never be explained.
   */
  note(order: Order, total: VenueTotal): void {
    const known = this.#shortfalls.get(order.id);
    if (known !== undefined && known.total.quantity.eq(total.quantity) && total.averagePrice !== undefined)
      known.total = total;
    if (known !== undefined || !total.quantity.gt(order.cumulativeQuantity) || this.#options.questions.isClosed) return;
    const notedAt = this.#options.clock.monotonicMs();
    this.#shortfalls.set(order.id, { order, total, notedAt, isReadOnce: false, cancelTimer: () => undefined });
  }

  /** The account's fills were read to their end by a reading that began then, on the monotonic clock. */
  wereRead(account: AccountId, begunAt: number): void {
    for (const shortfall of this.#shortfalls.values()) {
      if (shortfall.order.account !== account || shortfall.isReadOnce || begunAt < shortfall.notedAt) continue;
      shortfall.isReadOnce = true;
      const { settings, venueOf } = this.#options;
      this.#concludeLater(shortfall, settings.unknownGraceMs + venueOf(account).capabilities.readLagMs);
    }
  }

  /** An order that memory forgot in between is another object now. */
  #changed(order: Order): void {
    const shortfall = this.#shortfalls.get(order.id);
    if (shortfall === undefined) return;
    shortfall.order = order;
    if (shortfall.total.quantity.gt(order.cumulativeQuantity)) return;
    this.#forget(shortfall);
    // A higher total came while this one waited: an ended order is not compared again, so its turn is now.
    if (order.venueCumulativeQuantity?.gt(order.cumulativeQuantity) === true) this.#options.fillsMissing(order);
  }

  #forget({ order, cancelTimer }: Shortfall): void {
    cancelTimer();
    this.#shortfalls.delete(order.id);
  }

  #concludeLater(shortfall: Shortfall, delayMs: number): void {
    shortfall.cancelTimer = this.#options.clock.schedule(delayMs, () => void this.#conclude(shortfall));
  }

  /** Never rejects: what went wrong is told, and tried again later. */
  async #conclude(shortfall: Shortfall): Promise<void> {
    const { logger, questions, recorder, settings } = this.#options;
    // An order that the venue's record has not named yet has no executions that could be told from others'.
    if (namesOf(shortfall.order).length === 0) {
      this.#concludeLater(shortfall, settings.unknownGraceMs);
      return;
    }
    let isDone = false;
    try {
      isDone = await this.#readAgain(shortfall);
    } catch (error) {
      logger.error({ orderId: shortfall.order.id, error }, "a total without executions cannot be explained");
    }
    const isGone = this.#shortfalls.get(shortfall.order.id) !== shortfall;
    if (!isDone && !isGone && !questions.isClosed && recorder.ended === undefined)
      this.#concludeLater(shortfall, settings.escalateAfterMs);
  }

  /** @returns whether nothing is left to try: the executions came, or the difference was booked. */
  async #readAgain(shortfall: Shortfall): Promise<boolean> {
    const { recorder } = this.#options;
    const evidence = this.#options.evidence();
    const findings = new Findings(false, this.#options.clock.monotonicMs());
    const venueOrderIds = namesOf(shortfall.order);
    // From the start: an execution that was passed by once does not come again after the cursor.
    const { complete } = await evidence.pullFills(shortfall.order.account, findings, { from: "start", venueOrderIds });
    if (!complete || !this.#isShort(shortfall)) return false;
    if (shortfall.total.averagePrice === undefined) await this.#askForAverage(shortfall);
    if (recorder.ended !== undefined || !this.#isShort(shortfall)) return false;
    return this.#infer(shortfall, evidence, findings);
  }

  #isShort(shortfall: Shortfall): boolean {
    return this.#shortfalls.get(shortfall.order.id) === shortfall;
  }

  async #askForAverage(shortfall: Shortfall): Promise<void> {
    const { questions, venueOf } = this.#options;
    const { order } = shortfall;
    const answer = await questions.ask(order.account, (signal) =>
      venueOf(order.account).order(requestOf(order), signal),
    );
    if (answer.kind === "found") this.note(order, totalOf(answer.value));
  }

  #infer(shortfall: Shortfall, evidence: Evidence, findings: Findings): boolean {
    const { order, total } = shortfall;
    const quantity = total.quantity.sub(order.cumulativeQuantity);
    const price = inferredPrice(order, total);
    const { venueOrderId } = order;
    if (price === undefined || venueOrderId === undefined || order.reversedFills.size > 0) {
      this.#askPerson(shortfall);
      return false;
    }
    const booked = order.cumulativeQuantity;
    evidence.bookInferred(order, {
      executionId: `inferred:${venueOrderId}:${total.quantity}` as ExecutionId,
      venueOrderId,
      price: price.value,
      quantity,
      liquidity: presumedLiquidity(order),
      venueAt: this.#options.clock.now(),
      inferred: true,
    });
    evidence.note(
      order,
      findings,
      "missedFill",
      `booked ${booked}`,
      `${total.quantity} executed, and no execution shown for ${quantity} of it`,
      `booked ${quantity} at ${price.value} as an inferred fill, the price from ${price.source}`,
      "fills of the venue, read completely more than once",
    );
    return true;
  }

  /** No price is invented, and what the venue took back once is not booked again on its totals alone. */
  #askPerson({ order, total }: Shortfall): void {
    const { cases } = this.#options;
    const subject = { account: order.account, about: order.id };
    if (cases.wasDecidedLately(caseIdOf("unsettled", subject))) return;
    const missing = total.quantity.sub(order.cumulativeQuantity);
    const why =
      order.reversedFills.size > 0
        ? "the venue took executions of it back, so that its total may be an old one"
        : "neither its total nor the order has a price to book it at";
    const text = `The venue counts ${total.quantity} executed of ${order.id}, ${order.cumulativeQuantity} is booked, and it shows no execution for the other ${missing}. That is not booked: ${why}.`;
    cases.open("unsettled", subject, text, "reconcile:evidence");
  }
}

/** Reads a total from the venue's record of an order. */
export function totalOf(found: Pick<VenueOrder, "cumulativeQuantity" | "averagePrice">): VenueTotal {
  return {
    quantity: found.cumulativeQuantity,
    ...(found.averagePrice === undefined ? {} : { averagePrice: found.averagePrice }),
  };
}

function namesOf(order: Order): readonly VenueOrderId[] {
  return order.venueOrderId === undefined
    ? order.earlierVenueOrderIds
    : [order.venueOrderId, ...order.earlierVenueOrderIds];
}

/**
 * The price at which the booked fills and the missing part together have the venue's average: off the grid where that
 * average is rounded, divided out at {@link AVERAGE_PRICE_SCALE} decimals. Without an average that makes sense, the limit.
 */
function inferredPrice(
  order: Order,
  total: VenueTotal,
): { readonly value: Decimal; readonly source: string } | undefined {
  if (total.averagePrice !== undefined) {
    const missingCost = total.averagePrice.mul(total.quantity).sub(order.cost);
    const missing = total.quantity.sub(order.cumulativeQuantity);
    const value = missingCost.div(missing, AVERAGE_PRICE_SCALE, "halfEven");
    if (value.isPositive()) return { value, source: "the venue's average" };
  }
  return order.price === undefined ? undefined : { value: order.price, source: "the order's limit" };
}

/** Known only where the order could do nothing else; `taker`, the dearer, where not. */
function presumedLiquidity(order: Order): Liquidity {
  return order.postOnly ? "maker" : "taker";
}
