// A neutral grid: slots below and above a center, each with one live order. A filled entry is followed
// by an exit one step away, and a filled exit by the entry again. When the market leaves the center,
// untouched entries move with it. Orders are found again by slot through their client order ids, never
// by price: a fill may be better than the level.

import { Decimal } from "../domain/decimal.ts";
import type { InstrumentId } from "../domain/identifiers.ts";
import type { Instrument } from "../domain/instrument.ts";
import type { Order } from "../domain/order.ts";
import type { Side } from "../domain/order-event.ts";
import type { RecordedEvent } from "../domain/system-event.ts";
import type { Instant } from "../domain/time.ts";
import type { Strategy, StrategyContext, StrategyStatus } from "./strategy.ts";

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
  /** Counts the orders of the slot: part of the client order id, so that none is used twice. */
  count: number;
  price: Decimal;
  /** What the exit has to bring back: what the entry filled. */
  quantity: Decimal;
  order?: Order;
  placing: boolean;
}

const CLIENT_ID = /^(.+)\.(-?\d+)\.(entry|exit)\.(\d+)$/;

export class GridStrategy implements Strategy {
  readonly name: string;
  readonly #parameters: GridParameters;
  readonly #slots: Slot[] = [];
  readonly #unsubscribe: (() => void)[] = [];
  #context: StrategyContext | undefined;
  #instrument: Instrument | undefined;
  #center: Decimal | undefined;
  #stopped = false;
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
    if (this.#instrument === undefined) throw new Error(`The venue of ${context.account} lists no ${instrumentId}.`);
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
    for (const order of engine.orders({ account, origin: "GRID", instrumentId: this.#parameters.instrumentId })) {
      const tag = CLIENT_ID.exec(order.clientOrderId ?? "");
      if (tag === null || tag[1] !== this.name) continue;
      const slot = this.#slots.find((candidate) => candidate.number === Number(tag[2]));
      const count = Number(tag[4]);
      if (slot === undefined || count <= slot.count) continue;
      slot.count = count;
      slot.phase = tag[3] as Phase;
      slot.order = order;
      slot.price = order.price ?? Decimal.zero;
      slot.quantity = order.quantity ?? this.#parameters.quantity;
      if (order.isTerminal) this.#ended(slot, order);
      else if (slot.phase === "entry") this.#center ??= this.#centerOf(slot);
    }
  }

  #onEvent(event: RecordedEvent, order: Order | undefined): void {
    if (order === undefined || this.#stopped) return;
    const slot = this.#slots.find((candidate) => candidate.order === order);
    if (slot === undefined) return;
    if (event.type === "orderReplaced" && order.price !== undefined) slot.price = order.price;
    if (!order.isTerminal) return;
    this.#ended(slot, order);
    if (this.#center !== undefined) this.#fillSlot(slot, this.#center);
  }

  /** The slot's order is over: what it filled decides what comes next. */
  #ended(slot: Slot, order: Order): void {
    delete slot.order;
    const filled = order.cumulativeQuantity;
    const tradable = this.#instrument !== undefined && filled.gte(this.#instrument.minQuantity);
    if (slot.phase === "entry") {
      if (!tradable) return;
      this.#filledEntries++;
      slot.phase = "exit";
      slot.quantity = filled;
      slot.price = this.#grid(order.price ?? slot.price, this.#exitSide(slot), 1);
    } else if (order.status === "filled") {
      this.#filledExits++;
      slot.phase = "entry";
    } else {
      slot.quantity = slot.quantity.sub(filled); // the rest of the exit is placed again
    }
  }

  #maintain(): void {
    const { clock, market } = this.#running();
    const now = clock.now();
    if (this.#stopped || now - this.#lastLookAt < this.#parameters.maintainEveryMs) return;
    const mid = market.view(this.#parameters.instrumentId as InstrumentId)?.mid;
    if (mid === undefined) return;
    this.#lastLookAt = now;
    if (this.#center === undefined || this.#hasLeft(this.#center, mid)) this.#moveTo(mid);
    for (const slot of this.#slots) this.#fillSlot(slot, this.#center ?? mid);
  }

  #hasLeft(center: Decimal, mid: Decimal): boolean {
    const reach = center.mul(this.#parameters.step).mul(Decimal.fromInteger(this.#parameters.followAfterSteps));
    return mid.sub(center).abs().gt(reach);
  }

  /** Untouched entries follow the market by a replace; one that has begun to fill is canceled and its part exits. */
  #moveTo(mid: Decimal): void {
    const { engine } = this.#running();
    this.#center = mid;
    for (const slot of this.#slots) {
      const { order } = slot;
      if (slot.phase !== "entry" || order === undefined || !order.canReplace) continue;
      const price = this.#entryPrice(slot, mid);
      if (order.price?.eq(price) === true) continue;
      const request = order.cumulativeQuantity.isZero()
        ? engine.replace(order.id, { price }, { by: this.name })
        : engine.cancel(order.id, { by: this.name, reason: "grid moved" });
      this.#tell(request, "moving a level");
    }
  }

  #fillSlot(slot: Slot, center: Decimal): void {
    if (slot.order !== undefined || slot.placing || this.#stopped) return;
    const { engine, account } = this.#running();
    if (slot.phase === "entry") {
      slot.price = this.#entryPrice(slot, center);
      slot.quantity = this.#parameters.quantity;
    }
    slot.placing = true;
    slot.count++;
    const side = slot.phase === "entry" ? entrySide(slot) : this.#exitSide(slot);
    const placed = engine.submit(
      {
        account,
        instrumentId: this.#parameters.instrumentId,
        side,
        orderType: "limit",
        price: slot.price,
        quantity: slot.quantity,
        clientOrderId: `${this.name}.${slot.number}.${slot.phase}.${slot.count}`,
        origin: "GRID",
      },
      { by: this.name },
    );
    this.#tell(
      placed.then((result) => {
        slot.placing = false;
        if (!result.ok) return result;
        slot.order = result.value.order;
        // It may have ended before the handle came back.
        if (slot.order.isTerminal) this.#ended(slot, slot.order);
        return result;
      }),
      "placing a level",
    );
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
  return { number, phase: "entry", count: 0, price: Decimal.zero, quantity: Decimal.zero, placing: false };
}
