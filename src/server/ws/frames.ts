// The frames of /api/v1/stream, as texts: made once, sent to every client at the same place.

import { type EventJson, eventToJson, type OrderJson, orderToJson } from "../../domain/order-json.ts";
import type { RecordedEvent } from "../../domain/system-event.ts";
import type { EngineSummary } from "../../engine/engine-api.ts";
import type { ServerContext } from "../context.ts";
import { positionKey } from "../feed/durable-mirror.ts";
import type { Problem } from "../http/problem.ts";
import { type StatusJson, statusJson, type ValuedPositionJson, valuedPosition } from "../http/status-json.ts";

/** Newest ended orders in a snapshot, beside all open ones. */
const ENDED_IN_SNAPSHOT = 200;
/** Events in one frame. */
const EVENTS_PER_FRAME = 500;

export interface EventsFrame {
  readonly text: string;
  /** The last event in it. */
  readonly lastSeq: number;
}

export class Frames {
  readonly #context: ServerContext;
  /** The last frame made, for the other clients at that place. */
  #latest: (EventsFrame & { readonly after: number; readonly upTo: number }) | undefined;

  constructor(context: ServerContext) {
    this.#context = context;
  }

  /** Everything open, cases too, and lately ended, as of the last event heard; later events follow from there. */
  snapshot(): { readonly text: string; readonly seq: number } {
    const { engine, feed, market } = this.#context;
    const seq = feed.lastSeq;
    const ended = engine
      .terminalOrders({ limit: ENDED_IN_SNAPSHOT })
      .map((order) => feed.mirror.order(order.id) ?? order);
    const orders: OrderJson[] = [...feed.mirror.openOrders(), ...ended.filter((order) => order.isTerminal)].map(
      orderToJson,
    );
    const positions = feed.mirror.positions().map((position) => valuedPosition(position, market));
    const cases = feed.mirror.cases().map(eventToJson);
    return { text: JSON.stringify({ type: "snapshot", seq, orders, positions, cases, ...this.#state() }), seq };
  }

  /** The next events after a place; `undefined` when there are none. */
  events(after: number): EventsFrame | undefined {
    const { feed } = this.#context;
    const latest = this.#latest;
    if (latest?.after === after && latest.upTo === feed.lastSeq) return latest;
    const events = feed.read(after, EVENTS_PER_FRAME);
    const last = events.at(-1);
    if (last === undefined) return undefined;
    const frame = { text: this.#eventsText(events), lastSeq: last.seq };
    this.#latest = { ...frame, after, upTo: feed.lastSeq };
    return frame;
  }

  status(): string {
    return JSON.stringify({ type: "status", ...this.#state() });
  }

  #eventsText(events: readonly RecordedEvent[]): string {
    const { feed, market } = this.#context;
    const orders = new Map<string, OrderJson>();
    const positions = new Map<string, ValuedPositionJson>();
    const touchPosition = (account: string, instrumentId: string): void => {
      const key = positionKey(account, instrumentId);
      if (!positions.has(key)) positions.set(key, valuedPosition(feed.mirror.position(account, instrumentId), market));
    };
    for (const event of events) {
      if (event.type === "positionAdjusted") touchPosition(event.account, event.instrumentId);
      if (isSystemEvent(event) || event.orderId === undefined) continue;
      const order = feed.mirror.order(event.orderId);
      if (order === undefined) continue;
      if (!orders.has(order.id)) orders.set(order.id, orderToJson(order));
      if (movesPosition(event)) touchPosition(order.account, order.instrumentId);
    }
    const json: readonly EventJson[] = events.map(eventToJson);
    return JSON.stringify({
      type: "events",
      events: json,
      orders: [...orders.values()],
      positions: [...positions.values()],
    });
  }

  #state(): { readonly status: StatusJson; readonly summary: EngineSummary } {
    return { status: statusJson(this.#context), summary: this.#context.engine.summary() };
  }
}

export function errorFrame(problem: Problem): string {
  return JSON.stringify({ type: "error", problem });
}

type OrderEventOnly = Extract<RecordedEvent, { orderId?: unknown }>;

function isSystemEvent(event: RecordedEvent): event is Exclude<RecordedEvent, OrderEventOnly> {
  return !("orderId" in event);
}

function movesPosition(event: RecordedEvent): boolean {
  return "fill" in event || event.type === "fillReversed";
}
