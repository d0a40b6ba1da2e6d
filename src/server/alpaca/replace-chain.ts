// One order as the chain of orders that Alpaca's clients see: each replace that was asked for is an
// order of its own there. Folded from the order's events as JSON; where they come from is in replace-chains.ts.

import { Decimal } from "../../domain/decimal.ts";
import { AVERAGE_PRICE_SCALE } from "../../domain/order.ts";
import type { EventJson, ReplaceTermsJson } from "../../domain/order-json.ts";
import type { Instant } from "../../domain/time.ts";

/**
 * current: works, or has ended, under the order's own status · pending: asked for, not answered ·
 * replaced: a later one took its place · refused: its replace was rejected, or the order ended first.
 */
export type RevisionState = "current" | "pending" | "replaced" | "refused";

export interface Revision {
  /** 0 for the order as placed, then one up for each replace asked for. */
  readonly index: number;
  readonly state: RevisionState;
  /** When it was asked for. */
  readonly at: Instant;
  readonly quantity?: string;
  readonly price?: string;
  readonly triggerPrice?: string;
  /** The caller's id for this very revision. */
  readonly clientOrderId?: string;
  /** The place of the revision that this one took, or was to take. */
  readonly replaces?: number;
  readonly replacedBy?: number;
  /** The event by which it began to work. */
  readonly acceptedSeq?: number;
  /** When it was replaced or refused. */
  readonly endedAt?: Instant;
  /** What the whole chain had filled when this one was replaced. */
  readonly filledQuantity?: string;
  readonly averagePrice?: string;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export class ReplaceChain {
  readonly #revisions: Mutable<Revision>[] = [];
  readonly #requests = new Map<string, number>();
  readonly #fills = new Map<string, { readonly quantity: Decimal; readonly price: Decimal }>();
  #current = 0;
  #lastSeq = 0;

  /** The last event folded in. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  get revisions(): readonly Revision[] {
    return this.#revisions;
  }

  /** The revision that the order's own fields describe. */
  get current(): number {
    return this.#current;
  }

  get newest(): number {
    return this.#revisions.length - 1;
  }

  /** The number of the replace that waits for its answer. */
  get pending(): number | undefined {
    return this.#revisions.findLast((revision) => revision.state === "pending")?.index;
  }

  /** Folds the next event of the order in; events already folded change nothing. */
  apply(event: EventJson): void {
    if (event.seq <= this.#lastSeq) return;
    this.#lastSeq = event.seq;
    const at = event["at"] as Instant;
    switch (event.type) {
      case "orderCreated":
      case "orderAdopted":
        this.#revisions.push({
          index: 0,
          state: "current",
          at,
          acceptedSeq: event.seq,
          ...termsOf(event["terms"] as ReplaceTermsJson),
        });
        return;
      case "replaceRequested":
        this.#ask(event["replace"] as ReplaceTermsJson, at, event["requestId"] as string);
        return;
      case "orderReplaced":
        this.#replace(event, at);
        return;
      case "replaceRejected":
        this.#refusePending(at);
        return;
      case "orderCanceled":
      case "orderExpired":
      case "orderRejected":
        this.#refusePending(at);
        return;
      case "orderFilled":
        this.#book(event);
        this.#refusePending(at);
        return;
      case "orderPartiallyFilled":
      case "fillBooked":
        this.#book(event);
        return;
      case "fillReversed":
        this.#fills.delete(executionOf(event));
        return;
      case "fillCorrected":
        this.#fills.delete(executionOf(event));
        this.#book(event);
        return;
      default:
        return;
    }
  }

  #ask(terms: ReplaceTermsJson, at: Instant, requestId: string | undefined): Mutable<Revision> {
    const { quantity, price, triggerPrice } = this.#at(this.#current);
    const revision: Mutable<Revision> = {
      index: this.#revisions.length,
      state: "pending",
      at,
      ...termsOf({ ...present({ quantity, price, triggerPrice }), ...terms }),
      replaces: this.#current,
    };
    this.#revisions.push(revision);
    if (requestId !== undefined) this.#requests.set(requestId, revision.index);
    return revision;
  }

  #replace(event: EventJson, at: Instant): void {
    const terms = event["replace"] as ReplaceTermsJson;
    const asked = this.#requests.get(event["requestId"] as string) ?? this.pending;
    const next = asked === undefined ? this.#ask(terms, at, undefined) : this.#at(asked);
    const previous = this.#at(this.#current);
    previous.state = "replaced";
    previous.replacedBy = next.index;
    previous.endedAt = at;
    Object.assign(previous, this.#filled());
    next.state = "current";
    next.acceptedSeq = event.seq;
    delete next.endedAt;
    // The venue's answer decides the terms.
    Object.assign(next, termsOf(terms));
    this.#current = next.index;
  }

  #refusePending(at: Instant): void {
    for (const revision of this.#revisions) {
      if (revision.state !== "pending") continue;
      revision.state = "refused";
      revision.endedAt = at;
    }
  }

  #book(event: EventJson): void {
    const fill = event["fill"] as
      | { executionId: string; venueOrderId: string; quantity: string; price: string }
      | undefined;
    if (fill === undefined) return;
    this.#fills.set(`${fill.venueOrderId}/${fill.executionId}`, {
      quantity: Decimal.parse(fill.quantity),
      price: Decimal.parse(fill.price),
    });
  }

  #filled(): Pick<Revision, "filledQuantity" | "averagePrice"> {
    let quantity = Decimal.zero;
    let cost = Decimal.zero;
    for (const fill of this.#fills.values()) {
      quantity = quantity.add(fill.quantity);
      cost = cost.add(fill.quantity.mul(fill.price));
    }
    if (quantity.isZero()) return { filledQuantity: "0" };
    const average = cost.div(quantity, AVERAGE_PRICE_SCALE, "halfEven");
    return { filledQuantity: quantity.toString(), averagePrice: average.toString() };
  }

  #at(index: number): Mutable<Revision> {
    return this.#revisions[index] as Mutable<Revision>;
  }
}

/** Keeps the terms only: a birth event has many more fields. */
function termsOf({ quantity, price, triggerPrice, clientOrderId }: ReplaceTermsJson): ReplaceTermsJson {
  return present({ quantity, price, triggerPrice, clientOrderId });
}

function present(terms: { [K in keyof ReplaceTermsJson]: string | undefined }): ReplaceTermsJson {
  return Object.fromEntries(Object.entries(terms).filter(([, value]) => value !== undefined));
}

function executionOf(event: EventJson): string {
  return `${event["venueOrderId"] as string}/${event["executionId"] as string}`;
}
