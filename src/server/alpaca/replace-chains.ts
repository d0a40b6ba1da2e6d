// The replace chains of orders: of every open one, so that the stream need not wait for a look-up, and
// of the replaced ones among those that ended lately. Others are read from the journal when asked for.

import type { OrderId } from "../../domain/identifiers.ts";
import type { Order } from "../../domain/order.ts";
import { eventToJson } from "../../domain/order-json.ts";
import type { RecordedEvent } from "../../domain/system-event.ts";
import type { EngineApi } from "../../engine/engine-api.ts";
import { eventOfEntry } from "../http/api-v1/event-of-entry.ts";
import { ReplaceChain } from "./replace-chain.ts";

/** Chains of ended orders in memory. */
const ENDED_KEPT = 1_000;

interface Loading {
  readonly chain: Promise<ReplaceChain | undefined>;
  /** Events heard meanwhile. */
  readonly heard: RecordedEvent[];
}

export class ReplaceChains {
  readonly #engine: EngineApi;
  readonly #open = new Map<OrderId, ReplaceChain>();
  readonly #ended = new Map<OrderId, ReplaceChain>();
  readonly #loading = new Map<OrderId, Loading>();

  constructor(engine: EngineApi) {
    this.#engine = engine;
  }

  /** Reads the chains of the orders that are open now. Call once, when {@link apply} is told of events already. */
  async preload(): Promise<void> {
    for (const { id } of this.#engine.activeOrders()) await this.of(id);
  }

  /** Takes in the next durable event and its order after it. */
  apply(event: RecordedEvent, order: Order | undefined): void {
    if (order === undefined || !("orderId" in event)) return;
    this.#loading.get(order.id)?.heard.push(event);
    if (event.type === "orderCreated" || event.type === "orderAdopted") this.#open.set(order.id, new ReplaceChain());
    const chain = this.known(order.id);
    if (chain === undefined) return;
    chain.apply(eventToJson(event));
    if (order.isTerminal) this.#end(order.id, chain);
  }

  /** Returns the chain that is at hand: that of every open order is. */
  known(id: OrderId): ReplaceChain | undefined {
    return this.#open.get(id) ?? this.#ended.get(id);
  }

  /** Returns an order's chain as of now; `undefined` for an order that the journal does not know. */
  async of(id: OrderId): Promise<ReplaceChain | undefined> {
    const known = this.known(id);
    if (known !== undefined) return known;
    const under = this.#loading.get(id);
    if (under !== undefined) return under.chain;
    const heard: RecordedEvent[] = [];
    const chain = this.#load(id, heard);
    this.#loading.set(id, { chain, heard });
    try {
      return await chain;
    } finally {
      this.#loading.delete(id);
    }
  }

  async #load(id: OrderId, heard: readonly RecordedEvent[]): Promise<ReplaceChain | undefined> {
    const entries = await this.#engine.history(id);
    if (entries === undefined) return undefined;
    const chain = new ReplaceChain();
    for (const entry of entries) chain.apply(eventOfEntry(id, entry));
    for (const event of heard) chain.apply(eventToJson(event));
    if (this.#engine.find(id)?.isActive === true) this.#open.set(id, chain);
    else this.#end(id, chain);
    return chain;
  }

  #end(id: OrderId, chain: ReplaceChain): void {
    this.#open.delete(id);
    if (chain.newest === 0) return;
    this.#ended.set(id, chain);
    if (this.#ended.size <= ENDED_KEPT) return;
    const oldest = this.#ended.keys().next();
    if (oldest.done !== true) this.#ended.delete(oldest.value);
  }
}
