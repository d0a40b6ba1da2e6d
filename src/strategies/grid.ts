// A neutral grid: slots below and above a center, each with one live order. A filled entry is followed
// by an exit one step away, and a filled exit by the entry again. When the market leaves the center,
// untouched entries move with it. Orders are found again by slot through their client order ids, never
// by price: a fill may be better than the level. A slot that is refused waits, longer each time.

import { Decimal } from "../domain/decimal.ts";
import { orderwrightError } from "../domain/errors.ts";
import type { InstrumentId } from "../domain/identifiers.ts";
import type { Instrument } from "../domain/instrument.ts";
import type { Order } from "../domain/order.ts";
import type { Side } from "../domain/order-event.ts";
import type { RecordedEvent } from "../domain/system-event.ts";
import type { Instant } from "../domain/time.ts";
import type { Strategy, StrategyContext, StrategyStatus } from "./strategy.ts";

/** What a grid is made with. Quantities are base units. */
export interface GridParameters {
  readonly name: string;
  readonly instrumentId: string;
  /** Slots on each side. */
  readonly levels: number;
  /** Between two slots, as a fraction of the center price. */
  readonly step: Decimal;
  /** Base units per order. */
  readonly quantity: Decimal;
  /** The market may move this many steps from the center before untouched entries follow it. */
  readonly followAfterSteps: number;
  /** At most one look at all slots in this time. */
  readonly maintainEveryMs: number;
}

type Phase = "entry" | "exit";

interface Slot {
  /** −levels … −1 buy first, 1 … levels sell first. */
  readonly number: number;
  phase: Phase;
  price: Decimal;
  /** What the exit has to bring back: what the entry filled. */
  quantity: Decimal;
  order?: Order;
  placing: boolean;
  /** Refusals in a row: ours, the venue's, or none. */
  refusals: number;
  /** Nothing is placed before. */
  waitUntil: Instant;
}

/** `<name>.<slot>.<phase>.<start of the engine>-<order of that start>`: no id is ever used twice. */
const CLIENT_ID = /^(.+)\.(-?\d+)\.(entry|exit)\.(\d+)-(\d+)$/;
const HALF = Decimal.parse("0.5");
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;

/** A neutral grid around a center that follows the market. It takes its live orders up again after a restart. */
export class GridStrategy implements Strategy {
  readonly name: string;
  readonly #parameters: GridParameters;
  readonly #slots: Slot[] = [];
  readonly #unsubscribe: (() => void)[] = [];
  #context: StrategyContext | undefined;
  #instrument: Instrument | undefined;
  #center: Decimal | undefined;
  #stopped = false;
  /** Orders of this start. */
  #placed = 0;
  readonly #placing = new Set<Promise<unknown>>();
  #lastLookAt: Instant = Number.NEGATIVE_INFINITY;
  #filledEntries = 0;
  #filledExits = 0;

  constructor(parameters: GridParameters) {
    this.#parameters = parameters;
    this.name = parameters.name;
    for (let level = 1; level <= parameters.levels; level++) this.#slots.push(emptySlot(-level), emptySlot(level));
  }

  start(context: StrategyContext): void {
    const { instrumentId } = this.#parameters;
    this.#context = context;
    this.#instrument = context.engine.instruments(context.account).find((candidate) => candidate.id === instrumentId);
    if (this.#instrument === undefined) {
      const listed = context.engine.instruments(context.account).map((instrument) => instrument.id);
      throw orderwrightError(
        "config.invalid",
        `The strategy ${this.name} cannot trade ${instrumentId}: the venue of ${context.account} lists ${listed.join(", ")}.`,
        { strategy: this.name, instrumentId },
      );
    }
    this.#adoptOwnOrders();
    this.#unsubscribe.push(
      context.engine.subscribe((event, order) => this.#onEvent(event, order), {
        origin: "GRID",
        account: context.account,
      }),
      context.market.subscribe((event) => {
        if (event.instrumentId === instrumentId && event.kind !== "depth") this.#maintain();
      }),
    );
  }

  async stop(options: { readonly cancelOrders: boolean }): Promise<void> {
    this.#stopped = true;
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    const context = this.#context;
    if (!options.cancelOrders || context === undefined) return;
    await Promise.all(this.#placing);
    const live = this.#slots.flatMap((slot) => (slot.order?.canCancel === true ? [slot.order] : []));
    await Promise.all(
      live.map((order) => context.engine.cancel(order.id, { by: this.name, reason: "strategy stopped" })),
    );
  }

  status(): StrategyStatus {
    const { instrumentId, levels, quantity, step } = this.#parameters;
    return {
      name: this.name,
      instrumentId,
      account: this.#context?.account ?? "",
      state: this.#stopped ? "stopped" : this.#center === undefined ? "starting" : "running",
      description: `${levels} levels a side of ${quantity}, ${step.mul(Decimal.fromInteger(10_000))} basis points apart`,
      ordersOpen: this.#slots.filter((slot) => slot.order?.isActive === true).length,
      facts: {
        center: this.#center?.toString() ?? "",
        filledEntries: this.#filledEntries,
        filledExits: this.#filledExits,
      },
    };
  }

  /** Takes up what an earlier run left: the newest order of each slot says where the slot stands. */
  #adoptOwnOrders(): void {
    const { engine, account } = this.#running();
    const newest = new Map<Slot, { readonly order: Order; readonly phase: Phase; readonly rank: readonly number[] }>();
    for (const order of engine.orders({ account, origin: "GRID", instrumentId: this.#parameters.instrumentId })) {
      const [, name, number, phase, ...rank] = CLIENT_ID.exec(order.clientOrderId ?? "") ?? [];
      const slot = this.#slots.find((candidate) => candidate.number === Number(number));
      if (name !== this.name || slot === undefined) continue;
      const candidate = { order, phase: phase as Phase, rank: rank.map(Number) };
      const known = newest.get(slot);
      if (known === undefined || isLater(candidate.rank, known.rank)) newest.set(slot, candidate);
    }
    for (const [slot, { order, phase }] of newest) this.#adopt(slot, order, phase);
  }

  #adopt(slot: Slot, order: Order, phase: Phase): void {
    slot.phase = phase;
    slot.order = order;
    slot.price = order.price ?? Decimal.zero;
    slot.quantity = order.quantity ?? this.#parameters.quantity;
    if (order.isTerminal) this.#ended(slot, order);
    else if (phase === "entry") this.#center ??= this.#centerOf(slot);
  }

  #onEvent(event: RecordedEvent, order: Order | undefined): void {
    if (order === undefined || this.#stopped) return;
    const slot = this.#slots.find((candidate) => candidate.order === order);
    if (slot === undefined) return;
    if (event.type === "replaceRejected") this.#refused(slot);
    if (event.type === "orderReplaced") {
      slot.price = order.price ?? slot.price;
      slot.refusals = 0;
    }
    if (!order.isTerminal) return;
    this.#ended(slot, order);
    if (this.#center !== undefined) this.#fillSlot(slot, this.#center);
  }

  /** The slot's order is over: what it filled decides what comes next. */
  #ended(slot: Slot, order: Order): void {
    delete slot.order;
    const filled = order.cumulativeQuantity;
    if (filled.isZero() && order.status !== "canceled") this.#refused(slot);
    else slot.refusals = 0;
    if (slot.phase === "entry") {
      const exitPrice = this.#grid(order.price ?? slot.price, this.#exitSide(slot), 1);
      if (!this.#isTradable(filled, exitPrice)) return;
      this.#filledEntries++;
      slot.phase = "exit";
      slot.quantity = filled;
      slot.price = exitPrice;
      return;
    }
    // The rest of an exit is placed again, unless nobody would take so little.
    slot.quantity = slot.quantity.sub(filled);
    if (this.#isTradable(slot.quantity, slot.price)) return;
    this.#filledExits++;
    slot.phase = "entry";
  }

  #isTradable(quantity: Decimal, price: Decimal): boolean {
    const { minQuantity, minNotional, contractMultiplier } = this.#instrument as Instrument;
    const notional = quantity.mul(price).mul(contractMultiplier);
    return quantity.isPositive() && quantity.gte(minQuantity) && notional.gte(minNotional);
  }

  /** Asking for the same again at once would be refused again, and fill the journal. */
  #refused(slot: Slot): void {
    const waitMs = Math.min(FIRST_WAIT_MS * 2 ** slot.refusals, LONGEST_WAIT_MS);
    slot.refusals++;
    slot.waitUntil = this.#running().clock.now() + waitMs;
  }

  #maintain(): void {
    const { clock, market } = this.#running();
    const now = clock.now();
    if (this.#stopped || now - this.#lastLookAt < this.#parameters.maintainEveryMs) return;
    const mid = market.view(this.#parameters.instrumentId as InstrumentId)?.mid;
    if (mid === undefined) return;
    this.#lastLookAt = now;
    if (this.#center === undefined || this.#hasLeft(this.#center, mid)) this.#center = mid;
    for (const slot of this.#slots) {
      this.#follow(slot, this.#center);
      this.#fillSlot(slot, this.#center);
    }
  }

  #hasLeft(center: Decimal, mid: Decimal): boolean {
    const reach = center.mul(this.#parameters.step).mul(Decimal.fromInteger(this.#parameters.followAfterSteps));
    return mid.sub(center).abs().gt(reach);
  }

  /**
   * Untouched entries follow the center by a replace; one that has begun to fill is canceled and its part
   * exits. A move that is refused is tried again: the other side's orders may stand in its way for a while.
   */
  #follow(slot: Slot, center: Decimal): void {
    const { order } = slot;
    const { engine, clock } = this.#running();
    if (slot.phase !== "entry" || order?.canReplace !== true || clock.now() < slot.waitUntil) return;
    const price = this.#entryPrice(slot, center);
    const halfStep = center.mul(this.#parameters.step).mul(HALF);
    if (order.price === undefined || order.price.sub(price).abs().lte(halfStep)) return;
    const request = order.cumulativeQuantity.isZero()
      ? engine.replace(order.id, { price }, { by: this.name })
      : engine.cancel(order.id, { by: this.name, reason: "grid moved" });
    const answered = request.then((result) => {
      if (!result.ok) this.#refused(slot);
      return result;
    });
    this.#tell(answered, "moving a level");
  }

  #fillSlot(slot: Slot, center: Decimal): void {
    if (slot.order !== undefined || slot.placing || this.#stopped) return;
    const { engine, account, clock } = this.#running();
    if (clock.now() < slot.waitUntil) return;
    if (slot.phase === "entry") {
      slot.price = this.#entryPrice(slot, center);
      slot.quantity = this.#parameters.quantity;
    }
    slot.placing = true;
    const placed = engine.submit(
      {
        account,
        instrumentId: this.#parameters.instrumentId,
        side: slot.phase === "entry" ? entrySide(slot) : this.#exitSide(slot),
        orderType: "limit",
        price: slot.price,
        quantity: slot.quantity,
        clientOrderId: `${this.name}.${slot.number}.${slot.phase}.${engine.status().epoch}-${++this.#placed}`,
        origin: "GRID",
      },
      { by: this.name },
    );
    const answered = placed.then((result) => {
      slot.placing = false;
      this.#placing.delete(answered);
      if (!result.ok) {
        this.#refused(slot);
        return result;
      }
      slot.order = result.value.order;
      // It may have ended before the handle came back.
      if (slot.order.isTerminal) this.#ended(slot, slot.order);
      return result;
    });
    this.#placing.add(answered);
    this.#tell(answered, "placing a level");
  }

  #tell(request: Promise<{ readonly ok: boolean; readonly error?: unknown }>, what: string): void {
    const { logger } = this.#running();
    request.then(
      (result) => {
        if (!result.ok) logger.debug({ strategy: this.name, error: result.error }, `${what} was refused`);
      },
      (error: unknown) => logger.error({ strategy: this.name, error }, `${what} failed`),
    );
  }

  #entryPrice(slot: Slot, center: Decimal): Decimal {
    return this.#grid(center, slot.number < 0 ? "buy" : "sell", Math.abs(slot.number));
  }

  /** The price so many steps below (to buy) or above (to sell), on the tick grid, on the passive side. */
  #grid(from: Decimal, side: Side, steps: number): Decimal {
    const tick = (this.#instrument as Instrument).tickSize;
    const away = from.mul(this.#parameters.step).mul(Decimal.fromInteger(steps));
    return side === "buy" ? from.sub(away).roundToStep(tick, "down") : from.add(away).roundToStep(tick, "up");
  }

  #exitSide(slot: Slot): Side {
    return slot.number < 0 ? "sell" : "buy";
  }

  #centerOf(slot: Slot): Decimal {
    const offset = this.#parameters.step.mul(Decimal.fromInteger(slot.number));
    return slot.price.div(Decimal.one.add(offset), slot.price.scale, "halfEven");
  }

  #running(): StrategyContext {
    if (this.#context === undefined) throw new Error(`${this.name} was not started.`);
    return this.#context;
  }
}

function entrySide(slot: Slot): Side {
  return slot.number < 0 ? "buy" : "sell";
}

function emptySlot(number: number): Slot {
  const { zero } = Decimal;
  return { number, phase: "entry", price: zero, quantity: zero, placing: false, refusals: 0, waitUntil: 0 };
}

/** By the start of the engine, then by the order in it. */
function isLater(
  [start = 0, count = 0]: readonly number[],
  [otherStart = 0, otherCount = 0]: readonly number[],
): boolean {
  return start === otherStart ? count > otherCount : start > otherStart;
}
