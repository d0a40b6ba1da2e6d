// Where market events meet those who want them: one way in, many listeners, the latest view kept.
// It neither reads a feed nor knows time; order and instants are the tape's.

import type { InstrumentId } from "../domain/identifiers.ts";
import { type Logger, silentLogger } from "../runtime/logger.ts";
import type { MarketEvent, MarketListener } from "./market-data.ts";
import { OrderBookView } from "./order-book-view.ts";

/** Gives each event to its view first and then to the listeners, in the order of their subscription. */
export class MarketHub {
  readonly #logger: Logger;
  readonly #views = new Map<InstrumentId, OrderBookView>();
  /** Replaced, never changed, so that a listener may come or go while an event goes round. */
  #listeners: readonly MarketListener[] = [];

  constructor(logger: Logger = silentLogger) {
    this.#logger = logger;
  }

  /**
   * Updates the view, then calls the listeners in the order of their subscription. One that throws
   * is logged; the others still hear the event. Never throws. May be passed around unbound.
   */
  readonly publish: MarketListener = (event) => {
    this.#viewFor(event.instrumentId).apply(event);
    for (const listener of this.#listeners) this.#tell(listener, event);
  };

  /** Calls the listener with each event from now on. @returns ends that. */
  subscribe(listener: MarketListener): () => void {
    // Its own function, so that one listener subscribed twice is two subscriptions.
    const subscription: MarketListener = (event) => listener(event);
    this.#listeners = [...this.#listeners, subscription];
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== subscription);
    };
  }

  /** Returns the live view of an instrument; `undefined` until its first event. */
  view(instrumentId: InstrumentId): OrderBookView | undefined {
    return this.#views.get(instrumentId);
  }

  /** Returns the live views, in the order of their first events. */
  views(): readonly OrderBookView[] {
    return [...this.#views.values()];
  }

  #viewFor(instrumentId: InstrumentId): OrderBookView {
    let view = this.#views.get(instrumentId);
    if (view === undefined) {
      view = new OrderBookView(instrumentId);
      this.#views.set(instrumentId, view);
    }
    return view;
  }

  #tell(listener: MarketListener, event: MarketEvent): void {
    try {
      listener(event);
    } catch (error) {
      this.#logger.error(
        { err: error, instrumentId: event.instrumentId, kind: event.kind, at: event.at },
        "market listener threw",
      );
    }
  }
}
