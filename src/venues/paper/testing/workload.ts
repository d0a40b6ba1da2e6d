// Random requests to a paper venue, repeatable by seed, with ids that depend on nothing else.

import type { OrderId } from "../../../domain/identifiers.ts";
import { SeededRandom } from "../../../runtime/random.ts";
import { d, MAIN, marketOrder, neverAborted, OTHER, orderRequest } from "../../testing/orders.ts";
import type { PlaceRequest, SendOutcome, Venue } from "../../venue.ts";

export class Workload {
  readonly #random: SeededRandom;
  readonly #prefix: string;
  readonly #onPlaced: (request: PlaceRequest, outcome: SendOutcome) => void;
  readonly #sent: PlaceRequest[] = [];

  constructor(
    seed: number,
    prefix = "w",
    onPlaced: (request: PlaceRequest, outcome: SendOutcome) => void = () => undefined,
  ) {
    this.#random = SeededRandom.fromSeed(seed);
    this.#prefix = prefix;
    this.#onPlaced = onPlaced;
  }

  /** Sends one random request, or none, without waiting. */
  act(venue: Venue): void {
    const dice = this.#random.next();
    const target = this.#sent[this.#random.nextInteger(this.#sent.length + 1)];
    if (dice < 0.45) this.#place(venue);
    else if (target === undefined) return;
    else if (dice < 0.6) void venue.cancel(target, neverAborted());
    else if (dice < 0.75) void venue.replace({ ...target, ...this.#newTerms() }, neverAborted());
  }

  #place(venue: Venue): void {
    const terms = {
      account: this.#random.next() < 0.7 ? MAIN : OTHER,
      orderId: `${this.#prefix}${this.#sent.length + 1}` as OrderId,
      side: this.#random.next() < 0.5 ? ("buy" as const) : ("sell" as const),
      quantity: d(this.#quantity()),
    };
    const request =
      this.#random.next() < 0.2 ? marketOrder(terms) : orderRequest({ ...terms, price: d(this.#price()) });
    this.#sent.push(request);
    void venue.place(request, neverAborted()).then((outcome) => this.#onPlaced(request, outcome));
  }

  #newTerms(): Pick<PlaceRequest, "price" | "quantity"> {
    return this.#random.next() < 0.5 ? { price: d(this.#price()) } : { quantity: d(this.#quantity()) };
  }

  #price(): string {
    return ((10_050 + this.#random.nextInteger(120) - 60) / 100).toFixed(2);
  }

  #quantity(): string {
    return (0.1 + this.#random.nextInteger(1_500) / 1_000).toFixed(3);
  }
}
